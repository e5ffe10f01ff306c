import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { TextField } from '../desk/text-field.tsx';

const DAY_MS = 86_400_000;
const FILES = [
  ['', 'JSON'],
  ['.csv', 'CSV'],
  ['.xlsx', 'XLSX'],
  ['.pdf', 'PDF'],
] as const;

/** `2026-11-28`, as it is in China. */
function dayText(ms: number): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai' }).format(ms);
}

/** Statements of a period, to look at and to keep. */
export function StatementCard({ merchantId }: { readonly merchantId: string }): ReactElement {
  const { t } = useTranslation();
  const [to, setTo] = useState(() => dayText(Date.now()));
  const [from, setFrom] = useState(() => dayText(Date.now() - 30 * DAY_MS));
  const isReady = from !== '' && to !== '' && from <= to;
  return (
    <section className="card" aria-labelledby="statement">
      <h2 id="statement">{t('statement.heading')}</h2>
      <p className="muted">{t('statement.what')}</p>
      <div className="fields">
        <TextField label={t('statement.from')} type="date" value={from} max={to} onText={setFrom} />
        <TextField label={t('statement.to')} type="date" value={to} min={from} onText={setTo} />
      </div>
      {isReady ? (
        <div className="downloads">
          {FILES.map(([ending, name]) => (
            <a
              key={name}
              className="button"
              data-kind="plain"
              href={`/api/merchants/${merchantId}/statement${ending}?from=${from}&to=${to}`}
              download={`${merchantId}-${from}-${to}${ending === '' ? '.json' : ending}`}
            >
              {name}
            </a>
          ))}
        </div>
      ) : (
        <p>{t('statement.order')}</p>
      )}
    </section>
  );
}
