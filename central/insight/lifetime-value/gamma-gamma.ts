import { err, ok, type Result } from '../../../shared/kernel/result.ts';
import type { FitProblem } from './bg-nbd.ts';
import { logGamma } from './log-gamma.ts';
import { minimise } from './nelder-mead.ts';

/**
 * Gamma-Gamma: what customers spend a purchase (Fader and Hardie 2013, "The Gamma-Gamma model of monetary value",
 * brucehardie.com/notes/025). A customer's purchases are gamma distributed with shape p and a rate of their own, which is gamma
 * distributed over the customers with shape q and rate gamma.
 */
export interface GammaGammaParameters {
  readonly p: number;
  readonly q: number;
  /** In the amounts' unit. */
  readonly gamma: number;
}

export interface GammaGammaFit extends GammaGammaParameters {
  readonly logLikelihood: number;
}

/** What is known of a customer's spending. */
export interface Spending {
  /** Purchases that the mean is of. */
  readonly purchases: number;
  readonly meanSpend: number;
}

const LEAST_CUSTOMERS = 20;

/** Fits the three parameters by maximum likelihood to the customers who spent something. */
export function fitGammaGamma(customers: readonly Spending[]): Result<GammaGammaFit, FitProblem> {
  const spenders = customers.filter(({ purchases, meanSpend }) => purchases > 0 && meanSpend > 0);
  if (spenders.length < LEAST_CUSTOMERS) return err('too-few-customers');
  const average = spenders.reduce((sum, { meanSpend }) => sum + meanSpend, 0) / spenders.length;
  const fromLogs = (logs: readonly number[]): GammaGammaParameters => {
    const [p = 1, q = 1, gamma = 1] = logs.map(Math.exp);
    return { p, q, gamma: gamma * average };
  };
  const best = minimise((logs) => -gammaGammaLogLikelihood(spenders, fromLogs(logs)), [1, 1, 0]);
  if (!best.converged || !Number.isFinite(best.value)) return err('no-convergence');
  return ok({ ...fromLogs(best.at), logLikelihood: -best.value });
}

/** The note's equation 1a. */
export function gammaGammaLogLikelihood(
  customers: readonly Spending[],
  { p, q, gamma }: GammaGammaParameters,
): number {
  let sum = 0;
  for (const { purchases: x, meanSpend: mean } of customers) {
    sum +=
      logGamma(p * x + q) -
      logGamma(p * x) -
      logGamma(q) +
      q * Math.log(gamma) +
      (p * x - 1) * Math.log(mean) +
      p * x * Math.log(x) -
      (p * x + q) * Math.log(gamma + mean * x);
  }
  return sum;
}

/**
 * What a customer is to spend a purchase: their own mean and everybody's, weighted by how much is known of them
 * (the note's equation 5).
 *
 * @returns undefined where q <= 1: the model's mean is then infinite
 */
export function expectedSpend(
  { purchases, meanSpend }: Spending,
  { p, q, gamma }: GammaGammaParameters,
): number | undefined {
  if (q <= 1) return undefined;
  const own = (p * purchases) / (p * purchases + q - 1);
  return own * meanSpend + (1 - own) * ((p * gamma) / (q - 1));
}
