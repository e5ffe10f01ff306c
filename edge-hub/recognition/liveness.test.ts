import { expect, it } from 'vitest';
import type { PadEvidence } from '../../models/runtime/analysis.ts';
import { livenessOf } from './liveness.ts';

const pad = (colourLive: number, live: boolean): PadEvidence => ({
  colourLive,
  live,
  depth: null,
  failed: live ? [] : ['colour'],
});

it.each([
  [0.5, true, 'live'],
  [0.499, true, 'doubt'],
  [0.05, true, 'doubt'],
  [Number.NaN, true, 'doubt'],
  [0.9, false, 'attack'],
  [0.1, false, 'attack'],
])('colour %s, all checks passed %s: %s', (colour, live, expected) => {
  expect(livenessOf(pad(colour, live), 0.5)).toBe(expected);
});
