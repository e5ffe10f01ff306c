import { present } from '../../shared/kernel/assert.ts';
import { errorsAt, stepsFor, type ThresholdErrors } from './error-trade-off.ts';
import type { ComparedPeople } from './people-comparisons.ts';
import { scoreOf, stepOf } from './score-counts.ts';
import type { Interval } from './statistics/binomial-interval.ts';
import { bootstrapComparisons, type DrawnErrors } from './statistics/comparison-bootstrap.ts';
import { percentileInterval } from './statistics/quantiles.ts';
import { type Draw, type RateEstimate, rateEstimate } from './statistics/rate-estimate.ts';

export interface ThresholdEstimate {
  readonly threshold: number;
  readonly fmr: RateEstimate;
  readonly fnmr: RateEstimate;
}

/**
 * Error rates with intervals, at false match rates and at thresholds that are known from the start: one bootstrap
 * serves all of them.
 */
export class ErrorEstimator {
  private readonly compared: ComparedPeople;
  private readonly rates: readonly number[];
  private readonly rateSteps: readonly number[];
  private readonly steps: readonly number[];
  private readonly errors: readonly ThresholdErrors[];
  private readonly drawn: DrawnErrors;

  /** @param at rates that the impostors are enough for (`stepsFor`), and thresholds */
  constructor(
    compared: ComparedPeople,
    at: { readonly rates: readonly number[]; readonly thresholds: readonly number[] },
    draw: Draw,
  ) {
    this.compared = compared;
    this.rates = [...new Set(at.rates)].toSorted((p, q) => p - q);
    this.rateSteps = stepsFor(this.rates, compared.impostor).map((step) =>
      present(step, 'a threshold for every rate'),
    );
    this.steps = [...new Set([...this.rateSteps, ...at.thresholds.map(stepOf)])].toSorted(
      (p, q) => q - p,
    );
    this.errors = errorsAt(this.steps, compared);
    this.drawn = bootstrapComparisons(
      compared.kept,
      { rates: this.rates, steps: this.steps },
      draw,
    );
  }

  /** At a threshold that stays as it is in every replicate. */
  atThreshold(threshold: number): ThresholdEstimate {
    return this.atStep(stepOf(threshold));
  }

  /** At the lowest threshold with at most this FMR; the FNMR's replicates choose theirs anew. */
  atRate(rate: number): ThresholdEstimate {
    const i = this.rates.indexOf(rate);
    return this.atStep(
      present(this.rateSteps[i], 'a known rate'),
      present(this.drawn.fnmrAtRate[i], 'a known rate'),
    );
  }

  private atStep(step: number, drawnFnmr?: Float64Array): ThresholdEstimate {
    const i = this.steps.indexOf(step);
    const { falseMatches, falseNonMatches } = present(this.errors[i], 'a known threshold');
    const { genuine, impostor } = this.compared;
    const fmr = intervalOf(this.drawn.fmrAtStep[i], falseMatches > 0);
    const fnmr = intervalOf(drawnFnmr ?? this.drawn.fnmrAtStep[i], falseNonMatches > 0);
    return {
      threshold: scoreOf(step),
      fmr: present(rateEstimate(falseMatches, impostor.total, fmr), 'impostor comparisons'),
      fnmr: present(rateEstimate(falseNonMatches, genuine.total, fnmr), 'genuine comparisons'),
    };
  }
}

/** Null without an event, and where the threshold lies below the comparisons that were kept. */
function intervalOf(drawn: Float64Array | undefined, hasEvents: boolean): Interval | null {
  const values = drawn?.filter((value) => !Number.isNaN(value));
  return hasEvents && values && values.length > 0 ? percentileInterval(values) : null;
}
