import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { CityHub } from '../../shared/contracts/http-central.ts';
import { countText, momentText, moneyText } from '../../shared/web/format.ts';
import { Mark, Notice } from '../../shared/web/mark.tsx';

/** One street: what it took, and how far central has read its hub. */
export function StreetCard({ hub }: { readonly hub: CityHub }): ReactElement {
  const { t, i18n } = useTranslation();
  const { language } = i18n;
  const money = { amountMinor: BigInt(hub.sumMinor), currency: 'CNY' } as const;
  return (
    <article className="card">
      <header className="street-head">
        <h3>{hub.streetName || hub.streetId}</h3>
        <HubState hub={hub} />
      </header>
      {hub.halted ? (
        <Notice tone="bad" icon="cross">
          {t('streets.halted', {
            seq: hub.halted.seq,
            since: momentText(hub.halted.since, language, Date.now()),
          })}
          <p className="small">{t('common.code', { code: hub.halted.code })}</p>
        </Notice>
      ) : null}
      <dl className="figures">
        <div>
          <dt>{t('streets.payments')}</dt>
          <dd>{countText(hub.payments, language)}</dd>
        </div>
        <div>
          <dt>{t('streets.sum')}</dt>
          <dd>{moneyText(money, language)}</dd>
        </div>
        <div>
          <dt>{t('streets.lag')}</dt>
          <dd>
            {hub.lag === null ? '–' : countText(hub.lag, language)}
            <span className="note">{t('streets.readTo', { seq: hub.watermarkSeq })}</span>
          </dd>
        </div>
      </dl>
    </article>
  );
}

function HubState({ hub }: { readonly hub: CityHub }): ReactElement {
  const { t, i18n } = useTranslation();
  if (hub.state === 'up') {
    return (
      <Mark tone="good" icon="link">
        {t('streets.up')}
      </Mark>
    );
  }
  const text =
    hub.lastSeenAt === null
      ? t('streets.never')
      : t('streets.down', { since: momentText(hub.lastSeenAt, i18n.language, Date.now()) });
  return (
    <Mark tone="more" icon="broken">
      {text}
    </Mark>
  );
}
