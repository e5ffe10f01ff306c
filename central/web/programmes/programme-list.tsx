import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Programme } from '../../../shared/contracts/http-programmes.ts';
import { dateText } from '../../../shared/web/format.ts';
import { Mark } from '../../../shared/web/mark.tsx';
import { ItemList } from '../desk/item-list.tsx';
import { rulesMoney } from '../desk/measures.ts';

/** Every programme, newest first, and where a new one is written. */
export function ProgrammeList(props: { readonly programmes: readonly Programme[] }): ReactElement {
  const { t } = useTranslation();
  const { programmes } = props;
  return (
    <section className="card" aria-labelledby="programmes">
      <header className="item-head">
        <h2 id="programmes">{t('list.heading')}</h2>
        <a className="button" data-kind="primary" href="#/new">
          {t('list.write')}
        </a>
      </header>
      <p className="muted">{t('list.what')}</p>
      {programmes.length === 0 ? <p>{t('list.none')}</p> : null}
      <ItemList labelledBy="programmes">
        {programmes.map((programme) => (
          <ProgrammeItem key={programme.programmeId} programme={programme} />
        ))}
      </ItemList>
    </section>
  );
}

function ProgrammeItem({ programme }: { readonly programme: Programme }): ReactElement {
  const { t, i18n } = useTranslation();
  const { rules, runs, programmeId } = programme;
  const { language } = i18n;
  const approved = runs.find(({ approvedAt }) => approvedAt !== null);
  return (
    <li>
      <div className="item-head">
        <a href={`#/${programmeId}`}>
          <strong>{rules.title}</strong>
        </a>
        {approved ? (
          <Mark tone="good" icon="check">
            {t('list.approved', { count: approved.awarded })}
          </Mark>
        ) : (
          <Mark tone={runs.length > 0 ? 'more' : 'quiet'} icon="dots">
            {t(runs.length > 0 ? 'list.waits' : 'list.notRun')}
          </Mark>
        )}
      </div>
      <p className="small muted">
        {t(`kind.${rules.kind}`)} · {dateText(rules.from, language)} –{' '}
        {dateText(rules.to, language)} ·{' '}
        {t('list.budget', {
          award: rulesMoney(rules.awardMinor, rules, language),
          budget: rulesMoney(rules.budgetMinor, rules, language),
        })}
      </p>
    </li>
  );
}
