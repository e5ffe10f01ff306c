import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { merchantShopsSchema } from '../../../shared/contracts/http-merchants.ts';
import { usePolled } from '../../../shared/web/use-polled.ts';
import { ItemList } from '../desk/item-list.tsx';
import { ListCard } from '../desk/list-card.tsx';

const POLL_MS = 60_000;

/** The merchant's shops and their terminals, as hubs have registered them. */
export function ShopsCard({ merchantId }: { readonly merchantId: string }): ReactElement {
  const { t } = useTranslation();
  const shops = usePolled(`/api/merchants/${merchantId}/shops`, merchantShopsSchema, POLL_MS);
  return (
    <ListCard
      id="shops"
      heading={t('shops.heading')}
      polled={shops}
      isEmpty={(value) => value.shops.length === 0}
      none={t('shops.none')}
    >
      {(value) => (
        <ItemList labelledBy="shops">
          {value.shops.map((shop) => (
            <li key={`${shop.hubId} ${shop.shopId}`}>
              <strong>{shop.shopName}</strong>
              <p className="small muted">
                {shop.hubId} · {shop.shopId} ·{' '}
                {t('shops.terminals', { count: shop.terminals.length })}
              </p>
            </li>
          ))}
        </ItemList>
      )}
    </ListCard>
  );
}
