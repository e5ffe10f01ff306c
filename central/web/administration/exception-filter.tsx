import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import {
  EXCEPTION_FILTERS,
  type ExceptionFilter,
} from '../../../shared/contracts/reconciliation.ts';
import { FilterButtons } from '../desk/filter-buttons.tsx';

/** Open, closed, or all. */
export function ExceptionFilterButtons(props: {
  readonly value: ExceptionFilter;
  readonly onValue: (value: ExceptionFilter) => void;
}): ReactElement {
  const { t } = useTranslation();
  const choices = EXCEPTION_FILTERS.map((value) => ({ value, label: t(`filter.${value}`) }));
  return <FilterButtons label={t('filter.label')} choices={choices} {...props} />;
}
