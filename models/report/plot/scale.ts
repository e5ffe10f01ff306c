import { normalDeviate } from '../../evaluation/statistics/normal-deviate.ts';

/** Where values lie along an axis, in its own units; the plot stretches them over its pixels. */
export interface Scale {
  readonly from: number;
  readonly to: number;
  /** Monotone. Values outside `from` and `to` are put on the edge. */
  readonly at: (value: number) => number;
  readonly ticks: readonly { readonly value: number; readonly words: string }[];
}

type Ticks = Scale['ticks'];

function scaleOf(
  range: { readonly from: number; readonly to: number },
  bend: (value: number) => number,
  ticks: Ticks,
): Scale {
  const { from, to } = range;
  const low = bend(from);
  const high = bend(to);
  return {
    from,
    to,
    at: (value) => (bend(Math.max(from, Math.min(to, value))) - low) / (high - low),
    ticks: ticks.filter(({ value }) => value >= from - nearly(from) && value <= to + nearly(to)),
  };
}

/** A power of ten may miss an end by its last digit. */
function nearly(end: number): number {
  return Math.abs(end) * 1e-9;
}

/** Even steps, ticks at round values. */
export function linearScale(
  from: number,
  to: number,
  words: (value: number) => string = String,
): Scale {
  const rough = (to - from) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
  const first = Math.ceil(from / step);
  const count = Math.floor(to / step + 1e-9) - first + 1;
  const ticks = Array.from({ length: count }, (_, i) => {
    const value = Number(((first + i) * step).toPrecision(12));
    return { value, words: words(value) };
  });
  return scaleOf({ from, to }, (value) => value, ticks);
}

/** A step a power of ten, for rates. */
export function logScale(from: number, to: number): Scale {
  return scaleOf({ from, to }, Math.log10, decades());
}

/**
 * Normal deviates, for error rates: where scores are normal a trade-off of errors is a straight line (Martin et al.,
 * The DET curve in assessment of detection task performance, 1997).
 */
export function deviateScale(from: number, to: number, style: 'decades' | 'percent'): Scale {
  return scaleOf({ from, to }, normalDeviate, style === 'decades' ? decades() : percents());
}

function decades(): Ticks {
  const values = [1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1];
  return values.map((value) => ({ value, words: percentWords(value) }));
}

function percents(): Ticks {
  const values = [
    0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 0.99,
  ];
  return values.map((value) => ({ value, words: percentWords(value) }));
}

function percentWords(value: number): string {
  return `${(value * 100).toFixed(8).replace(/\.?0+$/, '')}\u00a0%`;
}
