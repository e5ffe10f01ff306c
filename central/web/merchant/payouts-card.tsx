import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { payoutListSchema } from '../../../shared/contracts/http-settlement.ts';
import { dateText, moneyText } from '../../../shared/web/format.ts';
import { usePolled } from '../../../shared/web/use-polled.ts';
import { ItemList } from '../desk/item-list.tsx';
import { ListCard } from '../desk/list-card.tsx';
import { PayoutMark } from '../desk/payout-mark.tsx';

const POLL_MS = 30_000;
/** Older ones are in the statements. */
const SHOWN = 30;

/** Why a payout came back, and the bank's code (ISO 20022) for it. */
function BankReason({ code }: { readonly code: string }): ReactElement {
  const { t } = useTranslation();
  return (
    <p className="small">
      {t(`session.bankReason.${code}`, { defaultValue: t('session.bankReason.NARR') })}{' '}
      <span className="muted">{t('common.code', { code })}</span>
    </p>
  );
}

/** The latest payouts and where they stand. */
export function PayoutsCard({ merchantId }: { readonly merchantId: string }): ReactElement {
  const { t, i18n } = useTranslation();
  const path = `/api/merchants/${merchantId}/payouts?limit=${SHOWN}`;
  const payouts = usePolled(path, payoutListSchema, POLL_MS);
  return (
    <ListCard
      id="payouts"
      heading={t('payouts.heading')}
      polled={payouts}
      isEmpty={(value) => value.payouts.length === 0}
      none={t('payouts.none')}
    >
      {(value) => (
        <>
          <ItemList labelledBy="payouts">
            {value.payouts.map((payout) => (
              <li key={payout.payoutId}>
                <div className="item-head">
                  <strong className="money">
                    {moneyText(
                      { amountMinor: BigInt(payout.amountMinor), currency: payout.currency },
                      i18n.language,
                    )}
                  </strong>
                  <PayoutMark state={payout.state} />
                </div>
                <p className="small muted">
                  {dateText(payout.changedAt, i18n.language)} · ···· {payout.accountEnd}
                </p>
                {payout.reasonCode === null ? null : <BankReason code={payout.reasonCode} />}
              </li>
            ))}
          </ItemList>
          {value.payouts.length < SHOWN ? null : (
            <p className="small muted">{t('payouts.newest', { count: SHOWN })}</p>
          )}
        </>
      )}
    </ListCard>
  );
}
