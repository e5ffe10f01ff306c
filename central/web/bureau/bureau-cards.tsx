import { type ReactElement, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { BureauMap, BureauSeries, BureauWeek } from '../../../shared/contracts/http-bureau.ts';
import { dayText, moneyText } from '../../../shared/web/format.ts';
import { Chart } from '../charts/chart.tsx';
import { DataTable } from '../charts/data-table.tsx';
import { readPalette } from '../charts/palette.ts';
import type { BureauTools, BureauView } from './bureau-view.ts';
import { crossedView } from './crossed-view.ts';
import { flowsView } from './flows-view.ts';
import { hoursView } from './hours-view.ts';
import { mapView } from './map-view.ts';
import { operationsView } from './operations-view.ts';
import { seasonView } from './season-view.ts';
import { streetsView, tradesView } from './side-by-side-view.ts';

/** Monday of some week, to name weekdays from. */
const MONDAY_MS = Date.UTC(2026, 0, 5);
const DAY_MS = 86_400_000;

/** A week, card by card. */
export function BureauCards(props: {
  readonly series: BureauSeries;
  readonly week: BureauWeek;
  readonly map: BureauMap;
  /** Empty for the whole city. */
  readonly street: string;
}): ReactElement {
  const { t, i18n } = useTranslation();
  const { series, week, map, street } = props;
  const { language } = i18n;
  const views = useMemo(() => {
    const names = new Map(series.streets.map((each) => [each.street, each.name]));
    const weekday = new Intl.DateTimeFormat(language, { weekday: 'short', timeZone: 'UTC' });
    const tools: BureauTools = {
      t: (key, values) => t(key, { ...values }),
      palette: readPalette(),
      nameOf: (id) => names.get(id) ?? id,
      tradeOf: (trade) => t(`trades.${trade}`),
      weekday: (day) => weekday.format(MONDAY_MS + (day - 1) * DAY_MS),
      money: (minor) => moneyText({ amountMinor: BigInt(minor), currency: 'CNY' }, language),
      day: (day) => dayText(day, language),
      holidayOf: (name) => t(`holidays.${name}`, { defaultValue: name }),
    };
    const shown = { series, week, street };
    return [
      mapView({ ...shown, map }, tools),
      seasonView(shown, tools),
      streetsView(shown, tools),
      tradesView(shown, tools),
      hoursView(shown, tools),
      crossedView(shown, tools),
      flowsView(shown, tools),
      operationsView(shown, tools),
    ];
  }, [series, week, map, street, language, t]);
  return (
    <div className="panels">
      {views.map((view) => (
        <BureauCard key={view.name} view={view} />
      ))}
    </div>
  );
}

function BureauCard({ view }: { readonly view: BureauView }): ReactElement {
  const { t } = useTranslation();
  const { name, finding, option, rows } = view;
  return (
    <article
      className={view.isWide ? 'card panel wide' : 'card panel'}
      aria-labelledby={`card-${name}`}
    >
      <header>
        <h2 id={`card-${name}`}>{finding}</h2>
        <p className="small muted">{t(`${name}.measure`)}</p>
      </header>
      {option ? (
        <Chart option={option} label={finding} size={view.isTall ? 'tall' : 'usual'} />
      ) : (
        <p className="muted">{t(`${name}.none`)}</p>
      )}
      {rows.length > 0 ? <DataTable name={name} label={t(`${name}.name`)} view={view} /> : null}
    </article>
  );
}
