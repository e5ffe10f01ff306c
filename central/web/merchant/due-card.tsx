import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { type Due, dueSchema } from '../../../shared/contracts/http-settlement.ts';
import { moneyText } from '../../../shared/web/format.ts';
import { Notice } from '../../../shared/web/mark.tsx';
import { usePolled } from '../../../shared/web/use-polled.ts';
import { ListCard } from '../desk/list-card.tsx';

const POLL_MS = 15_000;

/** What the next payout will be, as of now. */
export function DueCard({ merchantId }: { readonly merchantId: string }): ReactElement {
  const { t } = useTranslation();
  const due = usePolled(`/api/merchants/${merchantId}/due`, dueSchema, POLL_MS);
  return (
    <ListCard
      id="due"
      heading={t('due.heading')}
      polled={due}
      isEmpty={() => false}
      none={t('due.none')}
    >
      {(value) => <Figures due={value} />}
    </ListCard>
  );
}

function Figures({ due }: { readonly due: Due }): ReactElement {
  const { t, i18n } = useTranslation();
  const money = (minor: string): string =>
    moneyText({ amountMinor: BigInt(minor), currency: due.currency }, i18n.language);
  const parts = [
    ['captured', due.capturedMinor],
    ['refunded', `-${due.refundedMinor}`],
    ['fee', `-${due.feeMinor}`],
    ['adjusted', due.adjustedMinor],
  ] as const;
  return (
    <>
      <p className="due-sum money">{money(due.amountMinor)}</p>
      {due.payable ? null : (
        <Notice tone="more" icon="info">
          {t('due.notPayable')}
        </Notice>
      )}
      {BigInt(due.amountMinor) < 0n ? <p>{t('due.owes')}</p> : null}
      <table>
        <tbody>
          {parts.map(([name, minor]) => (
            <tr key={name}>
              <th scope="row">{t(`due.${name}`)}</th>
              <td className="money">{money(minor.replace('--', ''))}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
