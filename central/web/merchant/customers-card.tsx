import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';

/** Panels that a merchant asks for first, by the fragment that shows them. */
const ASKED = ['today', 'returning', 'together', 'forecast'] as const;

/** The way to what sales and customers of this merchant say. */
export function CustomersCard({ merchantId }: { readonly merchantId: string }): ReactElement {
  const { t } = useTranslation();
  const page = `/insight/?merchant=${encodeURIComponent(merchantId)}`;
  return (
    <nav className="card" aria-labelledby="customers">
      <h2 id="customers">{t('customers.heading')}</h2>
      <ul className="links">
        {ASKED.map((panel) => (
          <li key={panel}>
            <a href={`${page}#panel-${panel}`}>{t(`customers.${panel}`)}</a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
