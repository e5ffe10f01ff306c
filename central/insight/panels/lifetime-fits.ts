import { type BgNbdParameters, fitBgNbd } from '../lifetime-value/bg-nbd.ts';
import { fitGammaGamma, type GammaGammaParameters } from '../lifetime-value/gamma-gamma.ts';
import { type CityTime, lastSunday } from './city-time.ts';
import { type Answering, numberOf, type Scope } from './panel.ts';
import { fittedHistoriesQuery } from './panel-queries-store.ts';

/** How a merchant's customers come and spend. */
export interface LifetimeFit {
  readonly coming: BgNbdParameters;
  /** Undefined where it could not be fitted; in minor units. */
  readonly spending: GammaGammaParameters | undefined;
}

/** As many as a city has merchants who look at their customers within a week. */
const MOST_FITS = 5_000;

/** Models of buying: fitted once a week, when they are first asked for, which takes seconds; then kept. */
export class LifetimeFits {
  private readonly kept = new Map<string, Promise<LifetimeFit | undefined>>();

  /** @returns undefined where there are too few customers, or none who came again */
  of(engine: Answering, scope: Scope, at: CityTime): Promise<LifetimeFit | undefined> {
    const whose = scope.kind === 'city' ? '' : scope.merchantId;
    const key = `${lastSunday(at.day)} ${whose}`;
    const before = this.kept.get(key);
    if (before) return before;
    const fit = fitted(engine, scope, at);
    // what fails is tried again
    fit.catch(() => this.kept.delete(key));
    this.kept.set(key, fit);
    const [oldest] = this.kept.keys();
    if (this.kept.size > MOST_FITS && oldest !== undefined) this.kept.delete(oldest);
    return fit;
  }
}

async function fitted(
  engine: Answering,
  scope: Scope,
  at: CityTime,
): Promise<LifetimeFit | undefined> {
  const rows = await engine.rows(fittedHistoriesQuery(scope, at));
  const coming = fitBgNbd(
    rows.map((row) => ({
      repeats: numberOf(row, 'repeats'),
      lastAt: numberOf(row, 'last_week'),
      observedFor: numberOf(row, 'weeks'),
    })),
  );
  if (!coming.ok) return undefined;
  const spending = fitGammaGamma(
    rows.map((row) => {
      const purchases = numberOf(row, 'repeats') + 1;
      return { purchases, meanSpend: numberOf(row, 'amount') / purchases };
    }),
  );
  return { coming: coming.value, spending: spending.ok ? spending.value : undefined };
}
