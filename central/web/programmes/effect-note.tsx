import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { programmeEffectSchema } from '../../../shared/contracts/http-programmes.ts';
import { isLanguage } from '../../../shared/web/language.ts';
import { SkeletonRows } from '../../../shared/web/skeleton.tsx';
import { usePolled } from '../../../shared/web/use-polled.ts';
import { Failed } from '../desk/list-card.tsx';

const POLL_MS = 300_000;

/** What the awards have changed, in a sentence, and how far it may be believed. */
export function EffectNote({ runId }: { readonly runId: string }): ReactElement {
  const { t, i18n } = useTranslation();
  const polled = usePolled(`/api/programme-runs/${runId}/effect`, programmeEffectSchema, POLL_MS);
  const { value, failure, reload } = polled;
  const language = isLanguage(i18n.language) ? i18n.language : 'en';
  return (
    <section aria-labelledby="effect">
      <h3 id="effect">{t('effect.heading')}</h3>
      {value ? <p>{value.sentence[language]}</p> : null}
      {value?.outcome.told ? <p className="small muted">{t('effect.what')}</p> : null}
      {value ? null : failure ? (
        <Failed failure={failure} onRetry={reload} />
      ) : (
        <SkeletonRows rows={2} />
      )}
    </section>
  );
}
