import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { DataView } from './data-view.ts';

/** What a chart says, as a table and as a file to take along. */
export function DataTable(props: {
  /** Of the file. */
  readonly name: string;
  readonly label: string;
  readonly view: DataView;
}): ReactElement {
  const { t } = useTranslation();
  const { name, label, view } = props;
  return (
    <details>
      <summary>{t('panels.table')}</summary>
      <div className="table-frame" role="group" aria-label={label} tabIndex={0}>
        <table>
          <thead>
            <tr>
              {view.columns.map((column, i) => (
                <th key={column} scope="col" className={i === 0 ? undefined : 'number'}>
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {view.rows.map((row) => (
              <tr key={row.join(' ')}>
                {row.map((cell, i) => (
                  <td key={view.columns[i]} className={i === 0 ? undefined : 'number'}>
                    {cell}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p>
        <a
          download={`${name}.csv`}
          href={`data:text/csv;charset=utf-8,${encodeURIComponent(csvOf(view))}`}
        >
          {t('panels.csv')}
        </a>
      </p>
    </details>
  );
}

/** Comma-separated, with a byte order mark, so that spreadsheets read it as UTF-8. */
function csvOf({ columns, rows }: DataView): string {
  return `\uFEFF${[columns, ...rows].map((row) => row.map(quoted).join(',')).join('\r\n')}\r\n`;
}

function quoted(cell: string | number): string {
  return `"${String(cell).replaceAll('"', '""')}"`;
}
