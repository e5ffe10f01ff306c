import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { disputeListSchema, disputeSchema } from '../../../shared/contracts/http-disputes.ts';
import { usePolled } from '../../../shared/web/use-polled.ts';
import { DisputeItem } from '../desk/dispute-item.tsx';
import { ItemList } from '../desk/item-list.tsx';
import { Failed, ListCard } from '../desk/list-card.tsx';
import { NoteForm } from '../desk/note-form.tsx';
import { usePosted } from '../desk/use-posted.ts';

const POLL_MS = 30_000;

interface DisputesCardProps {
  readonly merchantId: string;
  readonly mayReply: boolean;
}

/** Disputed payments of the merchant: an open one may be answered. */
export function DisputesCard({ merchantId, mayReply }: DisputesCardProps): ReactElement {
  const { t } = useTranslation();
  const listed = usePolled('/api/disputes?state=all', disputeListSchema, POLL_MS);
  const posted = usePosted(listed.reload);
  return (
    <ListCard
      id="disputes"
      heading={t('disputes.heading')}
      polled={listed}
      isEmpty={(value) => !value.disputes.some((each) => each.merchantId === merchantId)}
      none={t('disputes.none')}
      foot={posted.failure ? <Failed failure={posted.failure} /> : null}
    >
      {({ disputes }) => (
        <ItemList labelledBy="disputes">
          {disputes
            .filter((dispute) => dispute.merchantId === merchantId)
            .map((dispute) => (
              <DisputeItem key={dispute.disputeId} dispute={dispute}>
                {dispute.state === 'open' && mayReply ? (
                  <NoteForm
                    label={t('disputes.yourReply')}
                    busy={posted.busy}
                    choices={[
                      {
                        label: t('disputes.send'),
                        onNote: (reply) => {
                          const path = `/api/disputes/${dispute.disputeId}/reply`;
                          void posted.post(path, disputeSchema, { reply });
                        },
                      },
                    ]}
                  />
                ) : null}
              </DisputeItem>
            ))}
        </ItemList>
      )}
    </ListCard>
  );
}
