import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import {
  type Decision,
  decisionListSchema,
  decisionSchema,
  ledgerSummarySchema,
} from '../../shared/contracts/http-hub.ts';
import { REFUSAL_WORDS } from '../../shared/contracts/refusal.ts';
import { countText, millisText, moneyText, timeText } from '../../shared/web/format.ts';
import type { IconName } from '../../shared/web/icon.tsx';
import { isLanguage } from '../../shared/web/language.ts';
import { Mark, type Tone } from '../../shared/web/mark.tsx';
import { SkeletonRows } from '../../shared/web/skeleton.tsx';
import { useLiveList } from '../../shared/web/use-live-list.ts';
import { usePolled } from '../../shared/web/use-polled.ts';
import { LoadProblem } from './load-problem.tsx';

const POLL_MS = 15_000;
const LEDGER_POLL_MS = 3_000;
const idOf = (decision: Decision): string => decision.id;

const LOOKS: Record<Decision['outcome'], { readonly tone: Tone; readonly icon: IconName }> = {
  paid: { tone: 'good', icon: 'check' },
  authorised: { tone: 'good', icon: 'dots' },
  declined: { tone: 'more', icon: 'again' },
  fallback: { tone: 'bad', icon: 'cross' },
  refused: { tone: 'bad', icon: 'cross' },
  asked: { tone: 'more', icon: 'dots' },
};

/** Decisions as they fall, newest first. Nothing says who looked. */
export function DecisionsView(): ReactElement {
  const { t, i18n } = useTranslation();
  const earlier = usePolled('/api/decisions?limit=100', decisionListSchema, POLL_MS);
  const ledger = usePolled('/api/ledger/summary', ledgerSummarySchema, LEDGER_POLL_MS);
  const live = useLiveList({
    path: '/api/decisions/stream',
    event: 'decision',
    schema: decisionSchema,
    idOf,
    earlier: earlier.value?.decisions,
  });
  const booked = ledger.value;
  return (
    <section className="card" aria-labelledby="decisions">
      <header className="card-head">
        <h1 id="decisions">{t('decisions.heading')}</h1>
        {booked ? (
          <p className="muted">
            {t('decisions.booked', {
              count: booked.payments,
              payments: countText(booked.payments, i18n.language),
              sum: moneyText(
                { amountMinor: BigInt(booked.sumMinor), currency: 'CNY' },
                i18n.language,
              ),
            })}
          </p>
        ) : null}
        {live.state === 'broken' ? (
          <Mark tone="more" icon="broken">
            {t('decisions.broken')}
          </Mark>
        ) : null}
      </header>
      {earlier.value === undefined && live.rows.length === 0 && !earlier.failure ? (
        <SkeletonRows rows={5} />
      ) : null}
      {earlier.value === undefined && live.rows.length === 0 && earlier.failure ? (
        <LoadProblem failure={earlier.failure} onRetry={earlier.reload} />
      ) : null}
      {earlier.value !== undefined && live.rows.length === 0 ? (
        <p className="muted">{t('decisions.none')}</p>
      ) : null}
      {live.rows.length > 0 ? <DecisionTable decisions={live.rows} /> : null}
    </section>
  );
}

function DecisionTable({ decisions }: { readonly decisions: readonly Decision[] }): ReactElement {
  const { t } = useTranslation();
  return (
    // a table that scrolls sideways on a phone must be reachable by keyboard
    <div className="table-frame" role="group" aria-labelledby="decisions" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('decisions.time')}</th>
            <th scope="col">{t('decisions.shop')}</th>
            <th scope="col" className="money">
              {t('decisions.amount')}
            </th>
            <th scope="col">{t('decisions.outcome')}</th>
            <th scope="col" className="number">
              {t('decisions.score')}
            </th>
            <th scope="col" className="number">
              {t('decisions.took')}
            </th>
          </tr>
        </thead>
        <tbody>
          {decisions.map((decision) => (
            <DecisionRow key={decision.id} decision={decision} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function DecisionRow({ decision }: { readonly decision: Decision }): ReactElement {
  const { t, i18n } = useTranslation();
  const { language } = i18n;
  const { tone, icon } = LOOKS[decision.outcome];
  const money = { amountMinor: BigInt(decision.amountMinor), currency: decision.currency };
  const words = decision.code === null ? undefined : REFUSAL_WORDS[decision.code];
  return (
    <tr>
      <td className="number time">{timeText(decision.at, language)}</td>
      <td>{decision.shopName}</td>
      <td className="money">{moneyText(money, language)}</td>
      <td>
        <Mark tone={tone} icon={icon}>
          {t(`decisions.outcomes.${decision.outcome}`)}
        </Mark>
        {decision.question ? (
          <span className="row-note">{t(`decisions.questions.${decision.question}`)}</span>
        ) : null}
        {words ? (
          <span className="row-note">
            {words[isLanguage(language) ? language : 'en']} <code>{decision.code}</code>
          </span>
        ) : null}
      </td>
      <td className="number">{decision.score === null ? '–' : decision.score.toFixed(2)}</td>
      <td className="number">
        {millisText(decision.stagesMs.total, language)}
        <StageBar decision={decision} />
      </td>
    </tr>
  );
}

const STAGES = ['queue', 'decode', 'detect', 'pad', 'embed', 'search', 'commit'] as const;

/** Where the time went, as shares; the numbers are in its label. */
function StageBar({ decision }: { readonly decision: Decision }): ReactElement | null {
  const { t, i18n } = useTranslation();
  const stages = STAGES.map((name) => ({ name, ms: decision.stagesMs[name] })).filter(
    ({ ms }) => ms > 0,
  );
  const sum = stages.reduce((total, { ms }) => total + ms, 0);
  if (sum === 0) return null;
  const label = stages
    .map(({ name, ms }) => `${t(`decisions.stages.${name}`)} ${millisText(ms, i18n.language)}`)
    .join(', ');
  return (
    <span className="stage-bar" role="img" aria-label={label} title={label}>
      {stages.map(({ name, ms }) => (
        <span key={name} data-stage={name} style={{ width: `${(ms / sum) * 100}%` }} />
      ))}
    </span>
  );
}
