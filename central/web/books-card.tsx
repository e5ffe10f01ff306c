import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { TrialBalance } from '../../shared/contracts/http-central.ts';
import { moneyText } from '../../shared/web/format.ts';
import { Mark } from '../../shared/web/mark.tsx';
import { SkeletonRows } from '../../shared/web/skeleton.tsx';

/** The trial balance: both sides of every account, and whether they agree. */
export function BooksCard({ books }: { readonly books: TrialBalance | undefined }): ReactElement {
  const { t } = useTranslation();
  return (
    <section className="card" aria-labelledby="books">
      <header className="street-head">
        <h2 id="books">{t('books.heading')}</h2>
        {books ? (
          <Mark tone={books.balanced ? 'good' : 'bad'} icon={books.balanced ? 'check' : 'cross'}>
            {t(books.balanced ? 'books.balanced' : 'books.unbalanced')}
          </Mark>
        ) : null}
      </header>
      {books === undefined ? <SkeletonRows rows={3} /> : null}
      {books?.accounts.length === 0 ? <p className="muted">{t('books.none')}</p> : null}
      {books && books.accounts.length > 0 ? <BalanceTable books={books} /> : null}
    </section>
  );
}

function BalanceTable({ books }: { readonly books: TrialBalance }): ReactElement {
  const { t, i18n } = useTranslation();
  const money = (minor: string): string =>
    minor === '0'
      ? '–'
      : moneyText({ amountMinor: BigInt(minor), currency: books.currency }, i18n.language);
  return (
    <div className="table-frame" role="group" aria-labelledby="books" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('books.account')}</th>
            <th scope="col" className="money">
              {t('books.debit')}
            </th>
            <th scope="col" className="money">
              {t('books.credit')}
            </th>
          </tr>
        </thead>
        <tbody>
          {books.accounts.map((account) => (
            <tr key={account.account}>
              <td className="mono account">{account.account}</td>
              <td className="money">{money(account.debitMinor)}</td>
              <td className="money">{money(account.creditMinor)}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">{t('books.total')}</th>
            <td className="money">{money(books.totals.debitMinor)}</td>
            <td className="money">{money(books.totals.creditMinor)}</td>
          </tr>
        </tfoot>
      </table>
    </div>
  );
}
