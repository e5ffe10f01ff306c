import { LIGHT_LINEAR, type LightColour } from '../../shared/contracts/light-sequence.ts';
import { present } from '../../shared/kernel/assert.ts';
import { NormalSums } from './least-squares.ts';
import type { LightEvidence } from './light-evidence.ts';
import type { LightSample, Linear } from './light-sample.ts';
import { expectedShading, PATCH_PLACES } from './light-shading.ts';

/** docs/presentation-attacks.md, "Light", has how they were found. All of them on simulated faces and attacks. */
const LIMITS = {
  /** Root mean square change of colour between steps that noise alone can make. */
  minChange: 0.012,
  /** From here on a change is so large that not following is no accident. */
  clearChange: 0.03,
  /** No other of the 1,800 sequences is explained this well by the shown one (`light-challenge.test.ts`). */
  minFollow: 0.9,
  /** Share explained by one gain for all channels, up to which the colours were others. */
  maxOther: 0.4,
  /** One channel may weigh more than another, for rooms are lit warm or cold, but none can weigh nothing. */
  maxChannelRatio: 8,
  /** Patches of 35 that must be readable in every frame. */
  minPatches: 24,
  minRelief: 0.35,
  /** Standard errors that `relief` must be above nothing. */
  minReliefSigmas: 2.5,
  /** With this many standard errors to spare, what is below is a sheet. */
  maxSheetRelief: 0.12,
  sheetSigmas: 2,
} as const;

const UNMEASURED = {
  strength: Number.NaN,
  follow: Number.NaN,
  relief: Number.NaN,
  reliefError: Number.NaN,
} as const;

/**
 * Judges a burst of a light challenge.
 *
 * Every patch's light is taken as a ratio to the wall's in the same frame, which takes out exposure and white balance;
 * of the logarithms only what is neither of the step alone nor of the channel alone is kept: changes of colour. Albedo
 * is a constant of a patch and falls out too, and with it whatever is printed or painted.
 *
 * @param samples one of each step, in the order of the steps; null where the frame was not good enough
 */
export function judgeLight(
  shown: readonly LightColour[],
  samples: readonly (LightSample | null)[],
): LightEvidence {
  const taken = samples.filter((sample) => sample !== null);
  if (taken.length < shown.length || samples.length !== shown.length) {
    return { ...UNMEASURED, verdict: 'unreadable', reason: 'frames_missing' };
  }
  const behind = wallOf(taken);
  if (!behind) return { ...UNMEASURED, verdict: 'unreadable', reason: 'no_background' };
  const patches = changesOf(taken, behind);
  if (patches.length < LIMITS.minPatches) {
    return { ...UNMEASURED, verdict: 'unreadable', reason: 'patches_missing' };
  }
  const colours = shown.map((colour) => LIGHT_LINEAR[colour]);
  const face = meanOf(patches.map(({ change }) => change));
  const response = fitResponse(colours, face);
  const change = rms(face);
  const { follow, alike, gains } = response;
  const measured = { ...UNMEASURED, follow, strength: (gains[0] + gains[1] + gains[2]) / 3 };
  if (change < LIMITS.minChange) {
    return { ...measured, verdict: 'unreadable', reason: 'too_weak' };
  }
  const positive = Math.min(...gains) > 0;
  const balanced = positive && Math.max(...gains) <= LIMITS.maxChannelRatio * Math.min(...gains);
  if (!(follow >= LIMITS.minFollow && balanced)) {
    const clear = change >= LIMITS.clearChange && alike <= LIMITS.maxOther;
    return clear
      ? { ...measured, verdict: 'failed', reason: 'other_colours' }
      : { ...measured, verdict: 'unreadable', reason: 'unclear' };
  }
  return { ...measured, ...judgeShape(patches, response.explained, taken) };
}

/** Logarithms of channels by steps, step after step. */
type Changes = Float64Array;

interface Patch {
  /** Of `LIGHT_PATCHES`. */
  readonly region: number;
  readonly change: Changes;
}

/** The wall's light in each frame: of both strips, or of the one that every frame shows. */
function wallOf(samples: readonly LightSample[]): Linear[] | undefined {
  const whole = [0, 1].filter((side) => samples.every(({ behind }) => behind[side] !== null));
  if (whole.length === 0) return undefined;
  return samples.map(({ behind }) => {
    const strips = whole.map((side) => present(behind[side], 'a strip of every frame'));
    const mean = (k: number): number =>
      strips.reduce((sum, strip) => sum + (strip[k] as number), 0) / strips.length;
    return [mean(0), mean(1), mean(2)];
  });
}

function changesOf(samples: readonly LightSample[], behind: readonly Linear[]): Patch[] {
  const patches: Patch[] = [];
  for (let region = 0; region < PATCH_PLACES.length; region += 1) {
    const skin = samples.map((sample) => sample.skin[region] ?? null);
    if (skin.some((light) => light === null)) continue;
    const logs = Float64Array.from(
      skin.flatMap((light, s) =>
        [0, 1, 2].map((k) => Math.log((light?.[k] as number) / (behind[s]?.[k] as number))),
      ),
    );
    if (logs.every(Number.isFinite)) patches.push({ region, change: changesOfColour(logs) });
  }
  return patches;
}

/** Takes out what all channels of a step share, and what all steps of a channel share. */
function changesOfColour(values: Float64Array): Changes {
  const steps = values.length / 3;
  const ofStep = new Float64Array(steps);
  const ofChannel = new Float64Array(3);
  let all = 0;
  values.forEach((value, i) => {
    ofStep[Math.floor(i / 3)] = (ofStep[Math.floor(i / 3)] as number) + value / 3;
    ofChannel[i % 3] = (ofChannel[i % 3] as number) + value / steps;
    all += value / values.length;
  });
  return values.map(
    (value, i) =>
      value - (ofStep[Math.floor(i / 3)] as number) - (ofChannel[i % 3] as number) + all,
  );
}

/**
 * Fits how strongly each channel took the shown light: `gains`, and the share of the change that they explain. `alike` is
 * the share that one gain above 0 for all channels explains: with gains of either sign opposite colours would fit too.
 */
function fitResponse(
  colours: readonly Linear[],
  change: Changes,
): {
  readonly gains: readonly [number, number, number];
  readonly follow: number;
  readonly alike: number;
  readonly explained: Changes;
} {
  const terms = [0, 1, 2].map((channel) =>
    changesOfColour(
      Float64Array.from(
        colours.flatMap((c) => [0, 1, 2].map((k) => (k === channel ? c[k] : 0) as number)),
      ),
    ),
  );
  const sums = new NormalSums(3);
  change.forEach((value, i) => {
    terms.forEach((term, t) => {
      sums.row[t] = term[i] as number;
    });
    sums.row[3] = value;
    sums.add(1);
  });
  const left = present(sums.fit(3), 'a sequence of four hues fixes three channels');
  const gains = [sums.coefficient(0), sums.coefficient(1), sums.coefficient(2)] as const;
  const explained = change.map((_, i) =>
    terms.reduce((sum, term, t) => sum + (gains[t] as number) * (term[i] as number), 0),
  );
  const total = dot(change, change);
  const shown = change.map((_, i) => terms.reduce((sum, term) => sum + (term[i] as number), 0));
  const along = Math.max(0, dot(change, shown));
  return {
    gains,
    follow: total > 0 ? 1 - (left * change.length) / total : 0,
    alike: total > 0 ? along ** 2 / (total * dot(shown, shown)) : 0,
    explained,
  };
}

/**
 * Whether the patches took the light as parts of a face do: a quadric of the place (any sheet, however bent) plus `relief`
 * times a mean face's shading is fitted to how strongly each took it.
 */
function judgeShape(
  patches: readonly Patch[],
  explained: Changes,
  samples: readonly LightSample[],
): Pick<LightEvidence, 'verdict' | 'reason' | 'relief' | 'reliefError'> {
  const shading = expectedShading(samples.map(({ pose }) => pose));
  const strength = dot(explained, explained);
  const sums = new NormalSums(SHAPE_TERMS);
  const smooth = new NormalSums(SMOOTH_TERMS);
  let meanShading = 0;
  for (const { region, change } of patches) {
    const [x, y] = present(PATCH_PLACES[region], 'a place');
    const expected = shading[region] as number;
    meanShading += expected / patches.length;
    const terms = [1, x, y, x * x, x * y, y * y];
    sums.row.set([...terms, expected, dot(change, explained) / strength]);
    sums.add(1);
    smooth.row.set([...terms, expected]);
    smooth.add(1);
  }
  const left = present(sums.fit(SHAPE_TERMS), 'patches all over the face');
  const unlike = present(smooth.fit(SMOOTH_TERMS), 'patches all over the face');
  // the mean patch takes the light once by definition, so a face's shading would come with this factor
  const relief = sums.coefficient(SMOOTH_TERMS) * meanShading;
  const spread = (left * patches.length) / (patches.length - SHAPE_TERMS);
  const reliefError = Math.sqrt(spread / (unlike * patches.length)) * meanShading;
  return { ...verdictOnShape(relief, reliefError), relief, reliefError };
}

const SMOOTH_TERMS = 6;
const SHAPE_TERMS = 7;

function verdictOnShape(relief: number, error: number): Pick<LightEvidence, 'verdict' | 'reason'> {
  if (relief >= LIMITS.minRelief && relief >= LIMITS.minReliefSigmas * error) {
    return { verdict: 'passed', reason: null };
  }
  return relief + LIMITS.sheetSigmas * error < LIMITS.maxSheetRelief
    ? { verdict: 'failed', reason: 'flat' }
    : { verdict: 'unreadable', reason: 'shape_unclear' };
}

function meanOf(all: readonly Changes[]): Changes {
  const [first] = all;
  return present(first, 'patches').map(
    (_, i) => all.reduce((sum, each) => sum + (each[i] as number), 0) / all.length,
  );
}

function rms(values: Float64Array): number {
  return Math.sqrt(dot(values, values) / values.length);
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);
}
