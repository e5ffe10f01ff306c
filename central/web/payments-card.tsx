import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import {
  type CityHub,
  type CityPayment,
  cityPaymentListSchema,
  cityPaymentSchema,
} from '../../shared/contracts/http-central.ts';
import { momentText, moneyText, timeText } from '../../shared/web/format.ts';
import { Mark } from '../../shared/web/mark.tsx';
import { SkeletonRows } from '../../shared/web/skeleton.tsx';
import { useLiveList } from '../../shared/web/use-live-list.ts';
import { usePolled } from '../../shared/web/use-polled.ts';
import { Failed } from './desk/list-card.tsx';

/** Only to mend what a broken stream has missed. */
const POLL_MS = 15_000;
const idOf = (payment: CityPayment): string => payment.paymentId;
const arrivedMs = (payment: CityPayment): number =>
  Date.parse(payment.bookedAt ?? payment.capturedAt);

/** Newest arrival first: what an offline street took hours ago stands on top when it comes in. */
function byArrival(payments: readonly CityPayment[]): CityPayment[] {
  return payments.toSorted((a, b) => arrivedMs(b) - arrivedMs(a) || (idOf(a) < idOf(b) ? 1 : -1));
}

/** Payments of all streets as they are booked, newest first. */
export function PaymentsCard({ streets }: { readonly streets: readonly CityHub[] }): ReactElement {
  const { t } = useTranslation();
  const earlier = usePolled('/api/payments?limit=50', cityPaymentListSchema, POLL_MS);
  const live = useLiveList({
    path: '/api/payments/stream',
    event: 'payment',
    schema: cityPaymentSchema,
    idOf,
    earlier: earlier.value?.payments,
  });
  const names = new Map(streets.map((hub) => [hub.streetId, hub.streetName]));
  return (
    <section className="card" aria-labelledby="payments">
      <header className="street-head">
        <h2 id="payments">{t('payments.heading')}</h2>
        <Mark
          tone={live.state === 'live' ? 'good' : 'more'}
          icon={live.state === 'live' ? 'link' : 'dots'}
        >
          {t(`payments.${live.state}`)}
        </Mark>
      </header>
      {earlier.failure && live.rows.length === 0 ? (
        <Failed failure={earlier.failure} onRetry={earlier.reload} />
      ) : null}
      {earlier.value === undefined && !earlier.failure && live.rows.length === 0 ? (
        <SkeletonRows rows={5} />
      ) : null}
      {earlier.value !== undefined && live.rows.length === 0 ? (
        <p className="muted">{t('payments.none')}</p>
      ) : null}
      {live.rows.length > 0 ? <PaymentTable payments={byArrival(live.rows)} names={names} /> : null}
    </section>
  );
}

interface PaymentTableProps {
  readonly payments: readonly CityPayment[];
  readonly names: ReadonlyMap<string, string>;
}

function PaymentTable({ payments, names }: PaymentTableProps): ReactElement {
  const { t } = useTranslation();
  return (
    // a table that scrolls sideways on a phone must be reachable by keyboard
    <div className="table-frame" role="group" aria-labelledby="payments" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('payments.time')}</th>
            <th scope="col">{t('payments.shop')}</th>
            <th scope="col" className="wide">
              {t('payments.street')}
            </th>
            <th scope="col" className="money">
              {t('payments.amount')}
            </th>
            <th scope="col" className="number wide">
              {t('payments.delay')}
            </th>
          </tr>
        </thead>
        <tbody>
          {payments.map((payment) => (
            <PaymentRow key={payment.paymentId} payment={payment} names={names} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface PaymentRowProps {
  readonly payment: CityPayment;
  readonly names: ReadonlyMap<string, string>;
}

function PaymentRow({ payment, names }: PaymentRowProps): ReactElement {
  const { t, i18n } = useTranslation();
  const money = { amountMinor: BigInt(payment.amountMinor), currency: payment.currency };
  const street = names.get(payment.streetId) || payment.streetId;
  const delay = delayText(payment, i18n.language);
  return (
    <tr>
      <td className="number time">{whenText(payment.capturedAt, i18n.language)}</td>
      <td>
        {payment.shopName}
        {/* a phone has room for three columns: the other two stand below */}
        <span className="narrow">{street}</span>
      </td>
      <td className="wide">{street}</td>
      <td className="money">
        {moneyText(money, i18n.language)}
        <span className="narrow">
          <span className="unseen">{t('payments.delay')} </span>
          {delay}
        </span>
      </td>
      <td className="number muted wide">{delay}</td>
    </tr>
  );
}

/** To the second today; with the date where a street has been quiet for longer. */
function whenText(at: string, language: string): string {
  const now = new Date();
  const isToday = new Date(at).toDateString() === now.toDateString();
  return isToday ? timeText(at, language) : momentText(at, language, now.getTime());
}

/** Seconds from the counter's "paid" to the city's books. */
function delayText({ capturedAt, bookedAt }: CityPayment, language: string): string {
  if (bookedAt === undefined) return '–';
  const seconds = Math.max(0, Date.parse(bookedAt) - Date.parse(capturedAt)) / 1_000;
  const digits = seconds < 10 ? 2 : 0;
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit: 'second',
    unitDisplay: 'short',
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(seconds);
}
