import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Merchant } from '../../../shared/contracts/http-merchants.ts';
import { Mark, type Tone } from '../../../shared/web/mark.tsx';
import { AccountForm } from './account-form.tsx';

const TONES: Readonly<Record<Merchant['state'], Tone>> = {
  applied: 'more',
  approved: 'good',
  rejected: 'bad',
  suspended: 'bad',
};

/** Who the merchant is to the city, and the account it is paid to. */
export function CompanyCard(props: {
  readonly merchant: Merchant;
  /** Undefined where whoever looks may not propose another account. */
  readonly onProposed: (() => void) | undefined;
}): ReactElement {
  const { merchant, onProposed } = props;
  const { t, i18n } = useTranslation();
  const tone = TONES[merchant.state];
  const fee = new Intl.NumberFormat(i18n.language, { style: 'percent', minimumFractionDigits: 2 });
  return (
    <section className="card" aria-labelledby="company">
      <header className="item-head">
        <h2 id="company">{merchant.companyName}</h2>
        <Mark tone={tone} icon={tone === 'good' ? 'check' : tone === 'bad' ? 'cross' : 'dots'}>
          {t(`state.${merchant.state}`)}
        </Mark>
      </header>
      {merchant.reviewNote === null ? null : <p>{merchant.reviewNote}</p>}
      <dl className="figures">
        <div>
          <dt>{t('company.fee')}</dt>
          <dd>{fee.format(merchant.feeBasisPoints / 10_000)}</dd>
        </div>
        <div>
          <dt>{t('company.shops')}</dt>
          <dd>{merchant.shops}</dd>
        </div>
      </dl>
      <ul className="items">
        {merchant.accounts.map((account) => (
          <li key={account.accountId}>
            <p>
              {account.bankName} ···· {account.numberEnd}
            </p>
            <p className="small muted">
              {t(`account.${account.state}`)}
              {account.refusalCode === null
                ? ''
                : ` · ${t('common.code', { code: account.refusalCode })}`}
            </p>
          </li>
        ))}
      </ul>
      {onProposed ? <AccountForm merchantId={merchant.merchantId} onDone={onProposed} /> : null}
    </section>
  );
}
