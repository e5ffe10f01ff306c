import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { z } from 'zod';
import { type Shopper, shopperListSchema } from '../../shared/contracts/http-hub.ts';
import { Button } from '../../shared/web/button.tsx';
import { dateText } from '../../shared/web/format.ts';
import { ask, failureCode } from '../../shared/web/http.ts';
import { Notice } from '../../shared/web/mark.tsx';
import { SkeletonRows } from '../../shared/web/skeleton.tsx';
import { usePolled } from '../../shared/web/use-polled.ts';
import { LoadProblem } from './load-problem.tsx';

const POLL_MS = 5_000;

/** Who is enrolled, by numbers that mean nothing elsewhere, and the way out for each. */
export function PeopleView(): ReactElement {
  const { t } = useTranslation();
  const people = usePolled('/api/shoppers', shopperListSchema, POLL_MS);
  const [said, setSaid] = useState<{ readonly tone: 'good' | 'bad'; readonly text: string }>();
  const erase = async (shopperId: string): Promise<void> => {
    if (!window.confirm(t('people.confirm'))) return;
    const answer = await ask(`/api/shoppers/${shopperId}`, z.unknown(), { method: 'DELETE' });
    setSaid(
      answer.ok
        ? { tone: 'good', text: t('people.erased') }
        : {
            tone: 'bad',
            text: `${t('people.failed')} ${t('common.code', { code: failureCode(answer.error) })}`,
          },
    );
    people.reload();
  };
  const shoppers = people.value?.shoppers;
  return (
    <section className="card" aria-labelledby="people">
      <h1 id="people">{t('people.heading')}</h1>
      <p className="muted">{t('people.note')}</p>
      {said ? (
        <Notice tone={said.tone} icon={said.tone === 'good' ? 'check' : 'cross'}>
          {said.text}
        </Notice>
      ) : null}
      {shoppers === undefined && !people.failure ? <SkeletonRows rows={3} /> : null}
      {shoppers === undefined && people.failure ? (
        <LoadProblem failure={people.failure} onRetry={people.reload} />
      ) : null}
      {shoppers?.length === 0 ? <p className="muted">{t('people.none')}</p> : null}
      <ul className="rows">
        {shoppers?.map((shopper) => (
          <PersonRow
            key={shopper.shopperId}
            shopper={shopper}
            onErase={() => void erase(shopper.shopperId)}
          />
        ))}
      </ul>
    </section>
  );
}

interface PersonRowProps {
  readonly shopper: Shopper;
  readonly onErase: () => void;
}

function PersonRow({ shopper, onErase }: PersonRowProps): ReactElement {
  const { t, i18n } = useTranslation();
  const { consent } = shopper;
  return (
    <li className="row">
      <div>
        <h2 className="row-name mono">{shopper.shopperId}</h2>
        <p className="muted small">
          {t('people.consent', {
            date: dateText(consent.givenAt, i18n.language),
            streets: consent.streets.join(', '),
          })}
        </p>
      </div>
      <Button
        kind="danger"
        aria-label={t('people.eraseName', { name: shopper.shopperId })}
        onClick={onErase}
      >
        {t('people.erase')}
      </Button>
    </li>
  );
}
