import type { Panel } from '../../../shared/contracts/http-insight.ts';
import type { CityTime } from './city-time.ts';
import { cohortsPanel } from './cohorts.ts';
import { covisitsPanel } from './covisits.ts';
import { forecastPanel } from './forecast.ts';
import { habitsPanel } from './habits.ts';
import { hoursPanel } from './hours.ts';
import { lifetimePanel } from './lifetime.ts';
import type { LifetimeFits } from './lifetime-fits.ts';
import type { Answering, PanelMaker, PanelRow, SalesPanelName, Scope } from './panel.ts';
import { historiesQuery } from './panel-queries-store.ts';
import { returningPanel } from './returning.ts';
import { todayPanel } from './today.ts';

/** Every panel that is made of its answers alone, by name. */
const PANELS: { readonly [Name in Exclude<SalesPanelName, 'lifetime'>]: PanelMaker<Name> } = {
  today: todayPanel,
  returning: returningPanel,
  habits: habitsPanel,
  cohorts: cohortsPanel,
  hours: hoursPanel,
  covisits: covisitsPanel,
  forecast: forecastPanel,
};

/** Asks the sales what a panel needs, and makes it. @param fits models of buying that were fitted before */
export async function makePanel(
  engine: Answering,
  asked: {
    readonly panel: SalesPanelName;
    readonly scope: Scope;
    readonly at: CityTime;
    readonly fits: LifetimeFits;
  },
): Promise<Panel> {
  const { panel, scope, at, fits } = asked;
  if (panel === 'lifetime') {
    const fit = await fits.of(engine, scope, at);
    return lifetimePanel(await engine.rows(historiesQuery(scope, at)), { fit, at });
  }
  const maker = PANELS[panel];
  const answers: (readonly PanelRow[])[] = [];
  for (const query of maker.queries(scope, at)) answers.push(await engine.rows(query));
  return maker.make(answers, at);
}
