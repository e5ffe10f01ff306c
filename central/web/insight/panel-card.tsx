import { type ReactElement, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { PanelName } from '../../../shared/contracts/http-insight.ts';
import { moneyText, monthText, shortDayText } from '../../../shared/web/format.ts';
import { SkeletonRows } from '../../../shared/web/skeleton.tsx';
import { Chart } from '../charts/chart.tsx';
import { DataTable } from '../charts/data-table.tsx';
import { readPalette } from '../charts/palette.ts';
import { Failed } from '../desk/list-card.tsx';
import { viewOf } from './panel-view.ts';
import { usePanel } from './use-panel.ts';

/** Monday of some week, to name weekdays from. */
const MONDAY_MS = Date.UTC(2026, 0, 5);
const DAY_MS = 86_400_000;

/** One panel: its finding as the title, a chart, and the same as a table and a file. */
export function PanelCard(props: {
  readonly name: PanelName;
  readonly merchantId: string | undefined;
}): ReactElement {
  const { t, i18n } = useTranslation();
  const { name, merchantId } = props;
  const { panel, failure, reload } = usePanel(name, merchantId);
  const { language } = i18n;
  const view = useMemo(() => {
    const weekdayFormat = new Intl.DateTimeFormat(language, { weekday: 'short', timeZone: 'UTC' });
    return (
      panel &&
      viewOf(panel, {
        t: (key, values) => t(`panels.${key}`, { ...values }),
        palette: readPalette(),
        weekday: (weekday) => weekdayFormat.format(MONDAY_MS + (weekday - 1) * DAY_MS),
        money: (minor) => moneyText({ amountMinor: BigInt(minor), currency: 'CNY' }, language),
        day: (day) => shortDayText(day, language),
        month: (month) => monthText(month, language),
      })
    );
  }, [panel, language, t]);
  const sentence = panel?.sentence[language === 'zh-CN' ? 'zh-CN' : 'en'];
  return (
    <article className="card panel" aria-labelledby={`panel-${name}`}>
      <header>
        <h2 id={`panel-${name}`}>{sentence ?? t(`panels.${name}.name`)}</h2>
        <p className="small muted">{t(`panels.${name}.measure`)}</p>
      </header>
      {failure ? <Failed failure={failure} onRetry={reload} /> : null}
      {panel === undefined && !failure ? <SkeletonRows rows={5} /> : null}
      {view && !view.option ? <p className="muted">{t('panels.none')}</p> : null}
      {view?.option ? <Chart option={view.option} label={sentence ?? ''} /> : null}
      {view && view.rows.length > 0 ? (
        <DataTable name={name} label={t(`panels.${name}.name`)} view={view} />
      ) : null}
    </article>
  );
}
