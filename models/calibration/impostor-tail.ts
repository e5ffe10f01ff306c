import { assert, present } from '../../shared/kernel/assert.ts';

/**
 * The upper tail of the impostor distribution: how often the templates of two different people reach a score
 * that hardly any two of the sample have reached.
 *
 * Peaks over threshold: what exceeds a high score `from` follows a generalised Pareto distribution (Pickands
 * 1975, Balkema and de Haan 1974). A few dozen exceedances do not fix its shape, and the shape decides how far
 * the tail goes. So no one shape is chosen: a grid of shapes and scales is weighted by Bayes' rule, and every
 * rate is the mean over it (the posterior predictive, Coles 2001, section 9.1.2). The fewer the data, the
 * heavier that mean's tail: a small gallery gets a higher threshold, not an unfounded one.
 */
export interface ImpostorTail {
  /** Score above which the tail begins. */
  readonly from: number;
  /** Share of the comparisons that exceed `from`. */
  readonly rate: number;
  /** Generalised Pareto distributions with their posterior weights, which add up to 1. */
  readonly members: readonly TailMember[];
}

interface TailMember {
  readonly shape: number;
  readonly scale: number;
  readonly weight: number;
}

/**
 * From the exponential tail to one far heavier than a score that cannot exceed 1 allows for long. Scores of unrelated
 * people end sooner, and a small gallery may hold nobody else; but relatives, and people who are there twice under
 * two names, come to every terminal: no tail is taken to be lighter than the exponential one.
 */
const SHAPES = range(0, 0.8, 17);
/** Scales as multiples of the mean excess, from 1/e to e. */
const LOG_SCALES = range(-1, 1, 25);
/** The prior of the shape is the upper half of a normal distribution about 0. */
const SHAPE_PRIOR_SD = 0.3;
/** Members that add nothing. */
const NEGLIGIBLE_WEIGHT = 1e-6;
/** An excess below float32's resolution: where all scores are equal the tail has no width. */
const LEAST_SCALE = 1e-6;
/** Steps of the bisection: 2^-40 is far below any score's resolution. */
const BISECTIONS = 40;
/** A cosine does not exceed it. */
const MAX_SCORE = 1;

/**
 * @param scores the sample's highest scores, best first; all but the last are exceedances of the last
 * @param comparisons out of how many comparisons they are the highest
 */
export function fitImpostorTail(scores: ArrayLike<number>, comparisons: number): ImpostorTail {
  const count = scores.length - 1;
  assert(
    count > 0 && comparisons >= scores.length,
    'a tail has exceedances, and is part of a whole',
  );
  const from = present(scores[count], 'the score that the tail begins at');
  const excesses = Float64Array.from({ length: count }, (_, i) => (scores[i] ?? from) - from);
  const meanExcess = Math.max(LEAST_SCALE, excesses.reduce((sum, y) => sum + y, 0) / count);
  const grid = SHAPES.flatMap((shape) =>
    LOG_SCALES.map((logScale) => {
      const scale = meanExcess * Math.exp(logScale);
      const logPrior = -0.5 * (shape / SHAPE_PRIOR_SD) ** 2;
      return { shape, scale, log: logLikelihood(excesses, shape, scale) + logPrior };
    }),
  );
  const highest = Math.max(...grid.map(({ log }) => log));
  const weighed = grid
    .map(({ shape, scale, log }) => ({ shape, scale, weight: Math.exp(log - highest) }))
    .filter(({ weight }) => weight > NEGLIGIBLE_WEIGHT);
  const total = weighed.reduce((sum, { weight }) => sum + weight, 0);
  const members = weighed.map((member) => ({ ...member, weight: member.weight / total }));
  return { from, rate: count / comparisons, members };
}

/** Probability that two different people reach `score`; for scores below the tail, that of its beginning. */
export function falseMatchRate(tail: ImpostorTail, score: number): number {
  const excess = Math.max(0, score - tail.from);
  let survival = 0;
  for (const { shape, scale, weight } of tail.members) {
    survival += weight * survivalOf(excess, shape, scale);
  }
  return tail.rate * survival;
}

/** The lowest score whose false match rate is at most `rate`, or 1 where there is none below. */
export function scoreAtFalseMatchRate(tail: ImpostorTail, rate: number): number {
  assert(rate < tail.rate, 'the rate asked for lies in the tail');
  if (falseMatchRate(tail, MAX_SCORE) > rate) return MAX_SCORE;
  let below = tail.from;
  let above = MAX_SCORE;
  for (let step = 0; step < BISECTIONS; step += 1) {
    const middle = (below + above) / 2;
    if (falseMatchRate(tail, middle) > rate) below = middle;
    else above = middle;
  }
  return above;
}

function survivalOf(excess: number, shape: number, scale: number): number {
  if (isExponential(shape)) return Math.exp(-excess / scale);
  const base = 1 + (shape * excess) / scale;
  return base <= 0 ? 0 : base ** (-1 / shape);
}

/** Of the exceedances; the scale's prior, 1/scale, is even over the grid of logarithms. */
function logLikelihood(excesses: Float64Array, shape: number, scale: number): number {
  let sum = -excesses.length * Math.log(scale);
  if (isExponential(shape)) return excesses.reduce((log, y) => log - y / scale, sum);
  for (const y of excesses) {
    const base = 1 + (shape * y) / scale;
    if (base <= 0) return Number.NEGATIVE_INFINITY;
    sum -= (1 + 1 / shape) * Math.log(base);
  }
  return sum;
}

function isExponential(shape: number): boolean {
  return Math.abs(shape) < 1e-9;
}

function range(from: number, to: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => from + ((to - from) * i) / (count - 1));
}
