import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import {
  type Dispute,
  disputeListSchema,
  disputeSchema,
  fundSchema,
} from '../../../shared/contracts/http-disputes.ts';
import { moneyText } from '../../../shared/web/format.ts';
import { usePolled } from '../../../shared/web/use-polled.ts';
import { DisputeItem } from '../desk/dispute-item.tsx';
import { ItemList } from '../desk/item-list.tsx';
import { Failed, ListCard } from '../desk/list-card.tsx';
import { NoteForm } from '../desk/note-form.tsx';
import { usePosted } from '../desk/use-posted.ts';
import { OpenDispute } from './open-dispute.tsx';

const POLL_MS = 15_000;

/** Disputes to be decided, one to be opened for a shopper, and what the fund that compensates first holds. */
export function DisputesCard(): ReactElement {
  const { t } = useTranslation();
  const listed = usePolled('/api/disputes?state=open', disputeListSchema, POLL_MS);
  const posted = usePosted(listed.reload);
  const decide =
    ({ disputeId }: Dispute, decision: object) =>
    (note: string) => {
      void posted.post(`/api/disputes/${disputeId}/decide`, disputeSchema, { ...decision, note });
    };
  return (
    <ListCard
      id="disputes"
      heading={t('disputes.heading')}
      polled={listed}
      isEmpty={({ disputes }) => disputes.length === 0}
      none={t('disputes.none')}
      foot={
        <>
          {posted.failure ? <Failed failure={posted.failure} /> : null}
          <Fund />
          <OpenDispute posted={posted} />
        </>
      }
    >
      {({ disputes }) => (
        <ItemList labelledBy="disputes">
          {disputes.map((dispute) => (
            <DisputeItem key={dispute.disputeId} dispute={dispute}>
              <NoteForm
                label={t('disputes.note')}
                busy={posted.busy}
                choices={[
                  {
                    label: t('disputes.dismiss'),
                    onNote: decide(dispute, { decision: 'dismiss' }),
                  },
                  {
                    label: t('disputes.goodwill'),
                    onNote: decide(dispute, { decision: 'dismiss', goodwill: true }),
                  },
                  {
                    label: t('disputes.uphold'),
                    kind: 'danger',
                    onNote: decide(dispute, { decision: 'uphold' }),
                  },
                ]}
              />
            </DisputeItem>
          ))}
        </ItemList>
      )}
    </ListCard>
  );
}

function Fund(): ReactElement | null {
  const { t, i18n } = useTranslation();
  const fund = usePolled('/api/risk-fund', fundSchema, POLL_MS);
  if (!fund.value) return null;
  const balance = { amountMinor: BigInt(fund.value.balanceMinor), currency: fund.value.currency };
  return <p>{t('disputes.fund', { amount: moneyText(balance, i18n.language) })}</p>;
}
