import { Fragment, type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { TrialBalance } from '../../shared/contracts/http-central.ts';
import { Button } from '../../shared/web/button.tsx';
import { countText, moneyText } from '../../shared/web/format.ts';
import { Mark } from '../../shared/web/mark.tsx';
import { SkeletonRows } from '../../shared/web/skeleton.tsx';
import { type BalanceGroup, balanceGroups } from './balance-groups.ts';

/** Of the accounts of one kind; the whole list is at `/api/ledger/trial-balance`. */
const SHOWN = 100;

/** The trial balance: both sides of every account, and whether they agree. */
export function BooksCard(props: {
  readonly books: TrialBalance | undefined;
  /** It is said above what could not be read. */
  readonly isFailed: boolean;
}): ReactElement {
  const { books, isFailed } = props;
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
      {books === undefined && !isFailed ? <SkeletonRows rows={3} /> : null}
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
          {balanceGroups(books.accounts).map((group) => (
            <GroupRows key={group.name} group={group} money={money} />
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

interface GroupRowsProps {
  readonly group: BalanceGroup;
  readonly money: (minor: string) => string;
}

/** A kind of account, and its accounts where somebody has opened it. */
function GroupRows({ group, money }: GroupRowsProps): ReactElement {
  const { t, i18n } = useTranslation();
  const [isOpen, setIsOpen] = useState(false);
  const { accounts } = group;
  const shown = isOpen ? accounts.slice(0, SHOWN) : [];
  const count = countText(accounts.length, i18n.language);
  return (
    <Fragment>
      <tr>
        <td className="account">
          <AccountName name={group.name} />
          {accounts.length > 0 ? (
            <Button kind="quiet" aria-expanded={isOpen} onClick={() => setIsOpen((last) => !last)}>
              {t('books.accounts', { count: accounts.length, number: count })}
            </Button>
          ) : null}
        </td>
        <td className="money">{money(group.debitMinor)}</td>
        <td className="money">{money(group.creditMinor)}</td>
      </tr>
      {shown.map(({ account, debitMinor, creditMinor }) => (
        <tr key={account} className="part">
          <td className="account">
            <AccountName name={account} />
          </td>
          <td className="money">{money(debitMinor)}</td>
          <td className="money">{money(creditMinor)}</td>
        </tr>
      ))}
      {isOpen && accounts.length > SHOWN ? (
        <tr className="part">
          <td colSpan={3} className="small muted">
            {t('books.largest', { count: SHOWN })}
          </td>
        </tr>
      ) : null}
    </Fragment>
  );
}

/** Broken only between its parts. */
function AccountName({ name }: { readonly name: string }): ReactElement {
  return (
    <span className="mono">
      {name.split(':').map((part, i) => (
        <Fragment key={part}>
          {i === 0 ? null : ':'}
          <wbr />
          {part}
        </Fragment>
      ))}
    </span>
  );
}
