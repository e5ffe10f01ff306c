import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import {
  exceptionDetailSchema,
  type ReconciliationException,
  recordedSchema,
  type ToldSide,
} from '../../../shared/contracts/reconciliation.ts';
import { momentText, moneyText } from '../../../shared/web/format.ts';
import { SkeletonRows } from '../../../shared/web/skeleton.tsx';
import { usePolled } from '../../../shared/web/use-polled.ts';
import { Failed } from '../desk/list-card.tsx';
import { NoteForm } from '../desk/note-form.tsx';
import type { Posted } from '../desk/use-posted.ts';

const POLL_MS = 30_000;
/** As much of a hash as two people can compare. */
const HASH_SHOWN = 12;

interface DetailProps {
  readonly difference: ReconciliationException;
  readonly posted: Posted;
}

/** What each book says, side by side; and the word by which it is closed, or was. */
export function DifferenceDetail({ difference, posted }: DetailProps): ReactElement {
  const { t, i18n } = useTranslation();
  const path = `/api/reconciliation/exceptions/${difference.exceptionId}`;
  const { value, failure, reload } = usePolled(path, exceptionDetailSchema, POLL_MS);
  if (failure && !value) return <Failed failure={failure} onRetry={reload} />;
  if (!value) return <SkeletonRows rows={2} />;
  const { foundAt, detail, sides, now, putAside, resolvedAt, note } = value;
  const moment = (at: string): string => momentText(at, i18n.language, Date.now());
  return (
    <>
      <p className="small">{t('differences.detail', { detail, at: moment(foundAt) })}</p>
      {sides.length > 0 ? <Sides caption={t('differences.then')} sides={sides} /> : null}
      {now.length > 0 ? <Sides caption={t('differences.now')} sides={now} /> : null}
      {putAside === null ? null : (
        <p className="small">{t('differences.putAside', { reason: putAside })}</p>
      )}
      {resolvedAt === null ? (
        <NoteForm
          label={t('exceptions.note')}
          busy={posted.busy}
          choices={[
            {
              label: t('exceptions.resolve'),
              onNote: (text) => void posted.post(`${path}/resolve`, recordedSchema, { note: text }),
            },
          ]}
        />
      ) : (
        <p>{t('filter.closedWith', { at: moment(resolvedAt), note })}</p>
      )}
    </>
  );
}

function Sides(props: {
  readonly caption: string;
  readonly sides: readonly ToldSide[];
}): ReactElement {
  const { t, i18n } = useTranslation();
  return (
    <div className="table-frame" role="group" aria-label={props.caption} tabIndex={0}>
      <table className="sides">
        <caption className="small">{props.caption}</caption>
        <thead>
          <tr>
            <th scope="col">{t('differences.book')}</th>
            <th scope="col">{t('differences.says')}</th>
            <th scope="col" className="money">
              {t('differences.amount')}
            </th>
            <th scope="col">{t('differences.hash')}</th>
          </tr>
        </thead>
        <tbody>
          {props.sides.map(({ book, says, amountMinor, currency, hash }, index) => (
            // a book may have two rows, and none has an id of its own
            <tr key={`${book} ${index}`}>
              <th scope="row">{t(`differences.of.${book}`)}</th>
              <td>{says === null ? t('differences.nothing') : wordOf(t, says)}</td>
              <td className="money">
                {amountMinor === null || currency === null
                  ? '–'
                  : moneyText({ amountMinor: BigInt(amountMinor), currency }, i18n.language)}
              </td>
              <td className="mono">{hash?.slice(0, HASH_SHOWN) ?? '–'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** A kind of move or an outcome in the reader's language; what is not known stays as it was told. */
function wordOf(t: ReturnType<typeof useTranslation>['t'], says: string): string {
  return t(`differences.word.${says.replaceAll('.', '_')}`, { defaultValue: says });
}
