import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import {
  type Merchant,
  merchantSchema,
  type ShownAccount,
} from '../../../shared/contracts/http-merchants.ts';
import { Button } from '../../../shared/web/button.tsx';
import { dateText } from '../../../shared/web/format.ts';
import { ItemList } from '../desk/item-list.tsx';
import { Failed, ListCard } from '../desk/list-card.tsx';
import { NoteForm } from '../desk/note-form.tsx';
import { useMerchants } from '../desk/use-merchants.ts';
import { type Posted, usePosted } from '../desk/use-posted.ts';

const POLL_MS = 15_000;

/** A merchant that has applied, or one whose new account waits. */
function isWaiting({ state, accounts }: Merchant): boolean {
  if (state === 'applied') return true;
  return state === 'approved' && accounts.some((account) => account.state === 'proposed');
}

/** Applications and new bank accounts, to be approved or rejected. */
export function ReviewCard(): ReactElement {
  const { t } = useTranslation();
  const listed = useMerchants(POLL_MS);
  const posted = usePosted(listed.reload);
  return (
    <ListCard
      id="review"
      heading={t('review.heading')}
      polled={listed}
      isEmpty={(merchants) => !merchants.some(isWaiting)}
      none={t('review.none')}
      foot={posted.failure ? <Failed failure={posted.failure} /> : null}
    >
      {(merchants) => (
        <ItemList labelledBy="review">
          {merchants.filter(isWaiting).map((merchant) => (
            <WaitingMerchant key={merchant.merchantId} merchant={merchant} posted={posted} />
          ))}
        </ItemList>
      )}
    </ListCard>
  );
}

interface WaitingProps {
  readonly merchant: Merchant;
  readonly posted: Posted;
}

function WaitingMerchant({ merchant, posted }: WaitingProps): ReactElement {
  const { t, i18n } = useTranslation();
  const path = `/api/merchants/${merchant.merchantId}`;
  const review = (decision: 'approve' | 'reject') => (note: string) => {
    void posted.post(`${path}/review`, merchantSchema, { decision, note });
  };
  const decide = (account: ShownAccount, approve: boolean): void =>
    void posted.post(`${path}/accounts/${account.accountId}/review`, merchantSchema, { approve });
  const proposed = merchant.accounts.filter(({ state }) => state === 'proposed');
  return (
    <li>
      <div className="item-head">
        <strong>{merchant.companyName}</strong>
        <span className="small muted">{dateText(merchant.appliedAt, i18n.language)}</span>
      </div>
      <p className="small">
        {merchant.merchantId} · <span className="mono">{merchant.licenceNumber}</span>
      </p>
      {proposed.map((account) => (
        <div key={account.accountId}>
          <p>
            {t('review.account')}: {account.holder}, {account.bankName} ···· {account.numberEnd}
          </p>
          {merchant.state === 'approved' ? (
            <div className="buttons">
              <Button disabled={posted.busy} onClick={() => decide(account, true)}>
                {t('review.approveAccount')}
              </Button>
              <Button kind="danger" disabled={posted.busy} onClick={() => decide(account, false)}>
                {t('review.reject')}
              </Button>
            </div>
          ) : null}
        </div>
      ))}
      {merchant.state === 'applied' ? (
        <NoteForm
          label={t('review.note')}
          busy={posted.busy}
          choices={[
            { label: t('review.approve'), onNote: review('approve') },
            { label: t('review.reject'), kind: 'danger', onNote: review('reject') },
          ]}
        />
      ) : null}
    </li>
  );
}
