import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';

const WIDTHS = ['92%', '78%', '86%', '64%', '82%'];

/** Stands where rows will be while they load. */
export function SkeletonRows({ rows }: { readonly rows: number }): ReactElement {
  const { t } = useTranslation();
  return (
    <div className="skeleton-rows" role="status" aria-label={t('common.loading')}>
      {Array.from({ length: rows }, (_, row) => `row-${row}`).map((key, row) => (
        <span key={key} className="skeleton" style={{ width: WIDTHS[row % WIDTHS.length] }} />
      ))}
    </div>
  );
}
