import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rawMember } from './raw-data.ts';

const members = (object: object): string => JSON.stringify(object).slice(1, -1);

describe('rawMember', () => {
  it.each([
    ['{"a":1,"data":{"10":1,"b":2,"2":3}}', '{"10":1,"b":2,"2":3}'],
    ['{"data":{"x":1.0,"y":"\\u0041"},"hash":"h"}', '{"x":1.0,"y":"\\u0041"}'],
    ['{ "data" : [1, {"data": 2}] , "z": "}" }', '[1, {"data": 2}]'],
    ['{"note":"\\"data\\":{","data":{"quote":"\\\\"}}', '{"quote":"\\\\"}'],
    ['{"d\\u0061ta":"yes"}', '"yes"'],
    ['{"data":null}', 'null'],
  ])('takes out of %s what was sent', (json, expected) => {
    JSON.parse(json);
    expect(rawMember(json, 'data')).toBe(expected);
  });

  it.each(['{}', '{"other":{"data":1}}', '{"data":1,"data":2}'])('finds none in %s', (json) => {
    expect(rawMember(json, 'data')).toBeUndefined();
  });

  it('finds whatever any writer of JSON puts beside and inside it', () => {
    const others = fc.dictionary(
      fc.string().filter((key) => key !== 'data'),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(others, others, fc.jsonValue(), (before, after, data) => {
        const text = JSON.stringify(data);
        const json = `{${[members(before), `"data":${text}`, members(after)].filter(Boolean).join(',')}}`;
        expect(rawMember(json, 'data')).toBe(text);
      }),
    );
  });
});
