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
  expect(livenessOf(pad(colour, live), 0.5, null)).toBe(expected);
});

it.each([
  ['passed', pad(0.9, true), 'live'],
  ['passed', pad(0.4, true), 'doubt'],
  ['passed', pad(0.9, false), 'attack'],
  ['unreadable', pad(0.9, true), 'doubt'],
  ['unreadable', pad(0.9, false), 'attack'],
  ['failed', pad(0.9, true), 'attack'],
] as const)('light %s besides %o: %s', (light, evidence, expected) => {
  expect(livenessOf(evidence, 0.5, light)).toBe(expected);
});
