import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import {
  OUTCOMES,
  type Outcome,
  type ProgrammeRules,
  type ProgrammeRun,
} from '../../../shared/contracts/http-programmes.ts';
import { dateText } from '../../../shared/web/format.ts';
import { Mark, type Tone } from '../../../shared/web/mark.tsx';
import { ItemList } from '../desk/item-list.tsx';
import { rulesMoney } from '../desk/measures.ts';
import { TellOutcome } from './tell-outcome.tsx';

const TONES: Readonly<Record<ProgrammeRun['awards'][number]['payout'], Tone>> = {
  owed: 'more',
  instructed: 'more',
  accepted: 'more',
  booked: 'good',
  returned: 'bad',
};

interface AwardListProps {
  readonly run: ProgrammeRun;
  readonly rules: ProgrammeRules;
  readonly onTold: () => void;
}

/** What became of the companies that were awarded: how far they are paid, and how they are doing. */
export function AwardList({ run, rules, onTold }: AwardListProps): ReactElement {
  const { t, i18n } = useTranslation();
  const names = new Map(run.companies.map((each) => [each.merchantId, each.companyName]));
  const awarded = run.ranked.filter((each) => each.awarded).map(({ merchantId }) => merchantId);
  const payouts = new Map(run.awards.map((award) => [award.merchantId, award]));
  const counts = OUTCOMES.map(
    (outcome) => [outcome, companiesWith(run.outcomes, outcome)] as const,
  ).filter(([, count]) => count > 0);
  return (
    <section className="awards" aria-labelledby="awards">
      <h3 id="awards">{t('awards.heading')}</h3>
      {awarded.length === 0 ? <p className="muted">{t('awards.none')}</p> : null}
      {counts.length > 0 ? (
        <p>
          {counts.map(([outcome, count]) => `${t(`outcome.${outcome}`)}: ${count}`).join(' · ')}
        </p>
      ) : null}
      <ItemList labelledBy="awards">
        {awarded.map((merchantId) => {
          const award = payouts.get(merchantId);
          return (
            <li key={merchantId}>
              <div className="item-head">
                <span>{names.get(merchantId) ?? merchantId}</span>
                {award ? (
                  <span className="counted">
                    <span className="money">
                      {rulesMoney(award.amountMinor, rules, i18n.language)}
                    </span>
                    <Mark
                      tone={TONES[award.payout]}
                      icon={award.payout === 'booked' ? 'check' : 'dots'}
                    >
                      {t(`payout.${award.payout}`)}
                    </Mark>
                  </span>
                ) : null}
              </div>
              {run.outcomes
                .filter((told) => told.merchantId === merchantId)
                .map((told) => (
                  <p key={told.outcomeId} className="small">
                    {dateText(told.day, i18n.language)} ·{' '}
                    <strong>{t(`outcome.${told.outcome}`)}</strong> · {told.note}
                  </p>
                ))}
            </li>
          );
        })}
      </ItemList>
      {awarded.length > 0 ? (
        <TellOutcome
          runId={run.runId}
          companies={awarded.map((id) => ({ id, name: names.get(id) ?? id }))}
          onTold={onTold}
        />
      ) : null}
    </section>
  );
}

/** Companies of which this is the last that was told. */
function companiesWith(outcomes: readonly Outcome[], outcome: Outcome['outcome']): number {
  const last = new Map(outcomes.map((told) => [told.merchantId, told.outcome]));
  return [...last.values()].filter((each) => each === outcome).length;
}
