import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ProgrammeRules, ProgrammeRun } from '../../../shared/contracts/http-programmes.ts';
import { Button } from '../../../shared/web/button.tsx';
import { Mark } from '../../../shared/web/mark.tsx';
import { measureText } from '../desk/measures.ts';

/** More are drawn when they are asked for: a list may be of thousands. */
const SHOWN = 50;

interface RankedTableProps extends Pick<ProgrammeRun, 'ranked' | 'companies'> {
  readonly rules: ProgrammeRules;
}

/** Companies in their order, with the points that put them there, and those that are out with why. */
export function RankedTable({ ranked, companies, rules }: RankedTableProps): ReactElement {
  const { t } = useTranslation();
  const [shown, setShown] = useState(SHOWN);
  const names = new Map(companies.map((each) => [each.merchantId, each.companyName]));
  const eligible = ranked.filter(({ rank }) => rank !== null).length;
  const awarded = ranked.filter((each) => each.awarded).length;
  if (ranked.length === 0) return <p>{t('ranked.nobody')}</p>;
  return (
    <>
      <p>{t('ranked.counts', { considered: ranked.length, eligible, awarded })}</p>
      <div className="table-frame" role="group" aria-label={t('ranked.label')} tabIndex={0}>
        <table className="ranked">
          <thead>
            <tr>
              <th scope="col" className="number">
                {t('ranked.rank')}
              </th>
              <th scope="col">{t('ranked.company')}</th>
              <th scope="col" className="number">
                {t('ranked.points')}
              </th>
              <th scope="col">{t('ranked.reasons')}</th>
            </tr>
          </thead>
          <tbody>
            {ranked.slice(0, shown).map((row) => (
              <RankedRow
                key={row.merchantId}
                row={row}
                name={names.get(row.merchantId) ?? row.merchantId}
                kind={rules.kind}
              />
            ))}
          </tbody>
        </table>
      </div>
      {ranked.length > shown ? (
        <div className="buttons">
          <Button onClick={() => setShown(shown + SHOWN * 4)}>
            {t('ranked.more', { left: ranked.length - shown })}
          </Button>
        </div>
      ) : null}
    </>
  );
}

interface RankedRowProps {
  readonly row: ProgrammeRun['ranked'][number];
  readonly name: string;
  readonly kind: ProgrammeRules['kind'];
}

function RankedRow({ row, name, kind }: RankedRowProps): ReactElement {
  const { t, i18n } = useTranslation();
  const number = new Intl.NumberFormat(i18n.language);
  const signed = new Intl.NumberFormat(i18n.language, { signDisplay: 'exceptZero' });
  return (
    <tr>
      <td className="number">{row.rank === null ? '–' : number.format(row.rank)}</td>
      <td>
        {name}
        {row.awarded ? (
          <span className="below">
            <Mark tone="good" icon="check">
              {t(`ranked.awarded.${kind}`)}
            </Mark>
          </span>
        ) : null}
      </td>
      <td className="number">{row.rank === null ? '' : number.format(row.points)}</td>
      <td>
        {row.unmet.length > 0 ? (
          <span className="muted">
            {t('ranked.unmet', {
              measures: row.unmet.map((measure) => t(`session.measure.${measure}`)).join(', '),
            })}
          </span>
        ) : null}
        {row.reasons.map(({ measure, value, points }) => (
          <span key={measure} className="reason">
            {t(`session.measure.${measure}`)} {measureText(measure, value, i18n.language)}:{' '}
            <strong>{signed.format(points)}</strong>
          </span>
        ))}
        {row.tie === null ? null : (
          <span className="reason muted">{t(`ranked.tie.${row.tie}`)}</span>
        )}
      </td>
    </tr>
  );
}
