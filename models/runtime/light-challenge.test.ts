import { describe, expect, it } from 'vitest';
import {
  LIGHT_LINEAR,
  LIGHT_SEQUENCES,
  type LightColour,
} from '../../shared/contracts/light-sequence.ts';
import { present } from '../../shared/kernel/assert.ts';
import { SeededRandom } from '../../shared/kernel/seeded-random.ts';
import { judgeLight } from './light-challenge.ts';
import { LIGHT_PATCHES } from './light-patches.ts';
import type { LightSample, Linear } from './light-sample.ts';
import { expectedShading, PATCH_PLACES } from './light-shading.ts';

const POSE = { yawDeg: 0, pitchDeg: 0, rollDeg: 0 };
const SHADING = expectedShading([POSE]);
const shown: readonly LightColour[] = ['red', 'neutral', 'green', 'cyan', 'magenta'];

interface Light {
  /** What the screen adds to the room's light on what faces it, per channel. */
  readonly strength?: Linear;
  /** Share of it that each patch takes. */
  readonly share?: (patch: number) => number;
  /** Exposure and white balance of each frame. */
  readonly gain?: (step: number, channel: number) => number;
  /** Standard deviation of a patch's value. */
  readonly noise?: number;
}

function lit(colours: readonly LightColour[], light: Light = {}): LightSample[] {
  const { strength = [0.15, 0.15, 0.15], share = (p) => SHADING[p] ?? 0, noise = 0.002 } = light;
  const random = new SeededRandom('light', colours.join());
  const albedo = LIGHT_PATCHES.map((_, p) => [0.5, 0.3, 0.2].map((a) => a * (1 - p / 80)));
  const seen = (step: number, colour: (k: number) => number): Linear => {
    const at = (k: number): number =>
      colour(k) * (light.gain?.(step, k) ?? 1) * (1 + noise * random.normal());
    return [at(0), at(1), at(2)];
  };
  return colours.map((colour, step) => ({
    pose: POSE,
    behind: [seen(step, () => 0.3), null],
    skin: LIGHT_PATCHES.map((_, p) =>
      seen(
        step,
        (k) =>
          (albedo[p]?.[k] ?? 0) *
          (1 + (strength[k] ?? 0) * share(p) * (LIGHT_LINEAR[colour][k] ?? 0)),
      ),
    ),
  }));
}

describe('the light challenge', () => {
  it('is passed by a face that takes the colours in order', () => {
    const evidence = judgeLight(shown, lit(shown));
    expect(evidence).toMatchObject({ verdict: 'passed', reason: null });
    expect(evidence.relief).toBeCloseTo(1, 0);
    expect(evidence.follow).toBeGreaterThan(0.98);
  });

  it('does not care for exposure, white balance and the colour of the room’s light', () => {
    const gain = (step: number, channel: number): number =>
      1 + 0.3 * Math.sin(3 * step + channel) - 0.1 * step;
    const strength = [0.08, 0.15, 0.3] as const;
    expect(judgeLight(shown, lit(shown, { gain, strength })).verdict).toBe('passed');
  });

  it('is failed by a flat sheet and by a bent one, whatever is printed on it', () => {
    for (const share of [() => 1, bent]) {
      expect(judgeLight(shown, lit(shown, { share }))).toMatchObject({
        verdict: 'failed',
        reason: 'flat',
      });
    }
  });

  it('is failed by the colours of another challenge', () => {
    const other: readonly LightColour[] = ['cyan', 'yellow', 'neutral', 'magenta', 'green'];
    expect(judgeLight(shown, lit(other, { strength: [0.3, 0.3, 0.3] }))).toMatchObject({
      verdict: 'failed',
      reason: 'other_colours',
    });
  });

  it('is passed by no other of all the sequences', () => {
    const samples = lit(shown, { noise: 0 });
    const passing = LIGHT_SEQUENCES.filter(
      (steps) => judgeLight(steps, samples).verdict === 'passed',
    );
    expect(passing).toEqual([shown]);
  });

  it.each([
    ['too_weak', lit(shown, { strength: [0.005, 0.005, 0.005] })],
    ['frames_missing', [null, ...lit(shown).slice(1)]],
    ['frames_missing', lit(shown).slice(1)],
    ['no_background', lit(shown).map((sample) => ({ ...sample, behind: [null, null] as const }))],
    [
      'patches_missing',
      lit(shown).map((sample) => ({ ...sample, skin: sample.skin.map(() => null) })),
    ],
  ] as const)('cannot be read: %s', (reason, samples) => {
    expect(judgeLight(shown, samples)).toMatchObject({ verdict: 'unreadable', reason });
  });

  it('needs one strip of the wall, the same in every frame', () => {
    const samples = lit(shown).map((sample, step) => {
      const strip = present(sample.behind[0], 'a strip');
      return {
        ...sample,
        behind: step % 2 === 0 ? ([strip, null] as const) : ([null, strip] as const),
      };
    });
    expect(judgeLight(shown, samples).reason).toBe('no_background');
  });
});

/** A sheet rolled about an upright axis, to the radius of a head. */
function bent(patch: number): number {
  const [x] = present(PATCH_PLACES[patch], 'a place');
  return 1 - 0.15 * x * x;
}
