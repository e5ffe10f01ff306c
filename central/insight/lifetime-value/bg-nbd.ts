import { err, ok, type Result } from '../../../shared/kernel/result.ts';
import { hypergeometric } from './hypergeometric.ts';
import { logBeta, logGamma } from './log-gamma.ts';
import { minimise } from './nelder-mead.ts';
import type { PurchaseHistory } from './purchase-history.ts';

/**
 * BG/NBD: how often customers buy, and whether they have gone for good (Fader, Hardie and Lee 2005, "Counting your
 * customers the easy way", Marketing Science 24). While alive a customer buys at a rate of their own, and after each
 * purchase may leave with a probability of their own. Rates are gamma distributed over the customers (r, alpha), the
 * probabilities to leave beta distributed (a, b).
 */
export interface BgNbdParameters {
  readonly r: number;
  /** In weeks, as the times are. */
  readonly alpha: number;
  readonly a: number;
  readonly b: number;
}

export interface BgNbdFit extends BgNbdParameters {
  readonly logLikelihood: number;
}

/** Why no model was fitted. */
export type FitProblem = 'too-few-customers' | 'no-repeats' | 'no-convergence';

/** Below this four parameters mean nothing. */
const LEAST_CUSTOMERS = 20;

/** All that the likelihood needs of a customer. */
type Observed = Pick<PurchaseHistory, 'repeats' | 'lastAt' | 'observedFor'>;

/**
 * Fits the four parameters by maximum likelihood, on their logarithms, from three starts.
 *
 * @param histories one of each customer who bought at least once
 */
export function fitBgNbd(histories: readonly Observed[]): Result<BgNbdFit, FitProblem> {
  if (histories.length < LEAST_CUSTOMERS) return err('too-few-customers');
  if (histories.every(({ repeats }) => repeats === 0)) return err('no-repeats');
  const groups = grouped(histories);
  const loss = (logs: readonly number[]): number => -logLikelihoodOf(groups, fromLogs(logs));
  const [best] = STARTS.map((start) => minimise(loss, start))
    .filter(({ converged, value }) => converged && Number.isFinite(value))
    .toSorted((p, q) => p.value - q.value);
  if (!best) return err('no-convergence');
  return ok({ ...fromLogs(best.at), logLikelihood: -best.value });
}

/** Logarithms of r, alpha, a, b: middling; slow buyers who stay; quick buyers who leave. */
const STARTS = [
  [0, 1, 0, 0],
  [-1, 2, -1, 1],
  [0, 0, 1, 1],
] as const;

function fromLogs(logs: readonly number[]): BgNbdParameters {
  const [r = 1, alpha = 1, a = 1, b = 1] = logs.map(Math.exp);
  return { r, alpha, a, b };
}

/** The log likelihood of customers under the model (Fader, Hardie and Lee 2005, equation 6). */
export function bgNbdLogLikelihood(
  histories: readonly Observed[],
  parameters: BgNbdParameters,
): number {
  return logLikelihoodOf(grouped(histories), parameters);
}

interface Group {
  readonly observed: Observed;
  customers: number;
}

/** Customers of the same history count together: there are far fewer histories than customers. */
function grouped(histories: readonly Observed[]): readonly Group[] {
  const groups = new Map<string, Group>();
  for (const observed of histories) {
    const key = `${observed.repeats}/${observed.lastAt}/${observed.observedFor}`;
    const group = groups.get(key);
    if (group) group.customers += 1;
    else groups.set(key, { observed, customers: 1 });
  }
  return [...groups.values()];
}

function logLikelihoodOf(groups: readonly Group[], parameters: BgNbdParameters): number {
  let sum = 0;
  for (const { observed, customers } of groups)
    sum += customers * logProbability(observed, parameters);
  return sum;
}

function logProbability({ repeats: x, lastAt, observedFor }: Observed, p: BgNbdParameters): number {
  const { r, alpha, a, b } = p;
  const common =
    logGamma(r + x) - logGamma(r) + r * Math.log(alpha) + logBeta(a, b + x) - logBeta(a, b);
  const alive = -(r + x) * Math.log(alpha + observedFor);
  if (x === 0) return common + alive;
  const gone = Math.log(a) - Math.log(b + x - 1) - (r + x) * Math.log(alpha + lastAt);
  const larger = Math.max(alive, gone);
  return common + larger + Math.log(Math.exp(alive - larger) + Math.exp(gone - larger));
}

/**
 * The probability that a customer has not gone for good.
 * Source: Fader, Hardie and Lee 2008, "Computing P(alive) using the BG/NBD model", brucehardie.com/notes/021.
 */
export function probabilityAlive(
  { repeats: x, lastAt, observedFor }: Observed,
  { r, alpha, a, b }: BgNbdParameters,
): number {
  if (x === 0) return 1;
  const logOddsGone =
    (r + x) * Math.log((alpha + observedFor) / (alpha + lastAt)) + Math.log(a / (b + x - 1));
  return 1 / (1 + Math.exp(logOddsGone));
}

/** Purchases to expect of a new customer in the first `weeks` (the paper's equation 9). */
export function expectedPurchasesOfNew(weeks: number, { r, alpha, a, b }: BgNbdParameters): number {
  const z = weeks / (alpha + weeks);
  const series = hypergeometric({ a: r, b, c: a + b - 1, z });
  return ((a + b - 1) / (a - 1)) * (1 - (alpha / (alpha + weeks)) ** r * series);
}

/** Purchases to expect of a customer in the next `weeks`, given their history (the paper's equation 10). */
export function expectedPurchases(
  weeks: number,
  customer: Observed,
  parameters: BgNbdParameters,
): number {
  const { repeats: x, observedFor } = customer;
  const { r, alpha, a, b } = parameters;
  const series = hypergeometric({
    a: r + x,
    b: b + x,
    c: a + b + x - 1,
    z: weeks / (alpha + observedFor + weeks),
  });
  const ifAlive =
    ((a + b + x - 1) / (a - 1)) *
    (1 - ((alpha + observedFor) / (alpha + observedFor + weeks)) ** (r + x) * series);
  return ifAlive * probabilityAlive(customer, parameters);
}
