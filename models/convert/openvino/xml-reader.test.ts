import { expect, test } from 'vitest';
import { MalformedModelError } from '../conversion-error.ts';
import { readXml } from './xml-reader.ts';

test('reads elements, attributes and text', () => {
  const text = `<?xml version="1.0"?>
    <!-- <ignored> -->
    <net name="a &amp; b" version='11'>
      <layer id="0"><dim> 3 </dim><empty/></layer>
    </net>`;
  expect(readXml(text)).toEqual({
    tag: 'net',
    attributes: { name: 'a & b', version: '11' },
    text: '',
    children: [
      {
        tag: 'layer',
        attributes: { id: '0' },
        text: '',
        children: [
          { tag: 'dim', attributes: {}, children: [], text: '3' },
          { tag: 'empty', attributes: {}, children: [], text: '' },
        ],
      },
    ],
  });
});

test('a value may hold what looks like a tag', () => {
  expect(readXml('<a b="x > y"/>').attributes).toEqual({ b: 'x > y' });
});

test.each([
  { text: '<a><b></a>', problem: 'closes <a> inside <b>' },
  { text: '<a><b></b>', problem: 'cut short' },
  { text: '', problem: 'cut short' },
  { text: '<a></a></a>', problem: 'closes <a> inside <>' },
])('refuses $text', ({ text, problem }) => {
  expect(() => readXml(text)).toThrow(MalformedModelError);
  expect(() => readXml(text)).toThrow(problem);
});
