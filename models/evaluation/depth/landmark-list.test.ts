import { expect, it } from 'vitest';
import { LandmarkListError, parseLandmarks } from './landmark-list.ts';

const LINE =
  'someone/0 30 60 30 71 30 33 34 30 38 32 34 34 51 33 55 30 60 33 55 34 40 41 36 48 46 48 35 64 40 54 48 63 41 71';

it('takes the five points of a line', () => {
  expect(parseLandmarks(`${LINE}\n\n`).get('someone/0')).toEqual([
    { x: 34, y: 32.25 },
    { x: 55.25, y: 32.5 },
    { x: 40, y: 41 },
    { x: 35, y: 64 },
    { x: 48, y: 63 },
  ]);
});

it('says which line is none', () => {
  expect(() => parseLandmarks(`${LINE}\nsomeone/1 1 2 3`)).toThrow(LandmarkListError);
  expect(() => parseLandmarks(`${LINE}\n${LINE.replace('71', 'x')}`)).toThrow(/line 2/);
});
