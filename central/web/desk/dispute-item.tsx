import type { ReactElement, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Dispute } from '../../../shared/contracts/http-disputes.ts';
import { momentText, moneyText } from '../../../shared/web/format.ts';
import { Mark } from '../../../shared/web/mark.tsx';

const MARKS = {
  open: { tone: 'more', icon: 'dots' },
  upheld: { tone: 'bad', icon: 'cross' },
  dismissed: { tone: 'good', icon: 'check' },
} as const;

/** A dispute: what it is about, what was said, and below it what can be done. */
export function DisputeItem(props: {
  readonly dispute: Dispute;
  readonly children?: ReactNode;
}): ReactElement {
  const { t, i18n } = useTranslation();
  const { dispute } = props;
  const money = { amountMinor: BigInt(dispute.amountMinor), currency: dispute.currency };
  return (
    <li>
      <div className="item-head">
        <strong>
          {moneyText(money, i18n.language)} · {t(`session.dispute.${dispute.reason}`)}
        </strong>
        <Mark {...MARKS[dispute.state]}>{t(`session.dispute.${dispute.state}`)}</Mark>
      </div>
      <p className="small muted">
        {momentText(dispute.openedAt, i18n.language, Date.now())} · {dispute.merchantId} ·{' '}
        <span className="mono">{dispute.paymentId}</span>
      </p>
      {dispute.reply === null ? null : <p>{t('session.dispute.reply', { text: dispute.reply })}</p>}
      {dispute.note === null ? null : <p>{t('session.dispute.note', { text: dispute.note })}</p>}
      {props.children}
    </li>
  );
}
