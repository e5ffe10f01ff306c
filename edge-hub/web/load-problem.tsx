import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../shared/web/button.tsx';
import { failureCode, type HttpFailure } from '../../shared/web/http.ts';
import { Notice } from '../../shared/web/mark.tsx';

interface LoadProblemProps {
  readonly failure: HttpFailure;
  readonly onRetry: () => void;
}

/** Stands where rows would be when they cannot be read: a skeleton there would wait for ever. */
export function LoadProblem({ failure, onRetry }: LoadProblemProps): ReactElement {
  const { t } = useTranslation();
  return (
    <div className="stack">
      <Notice tone="bad" icon="cross">
        <p>{t('common.loadProblem')}</p>
        <p className="small muted">{t('common.code', { code: failureCode(failure) })}</p>
      </Notice>
      <div>
        <Button onClick={onRetry}>{t('common.retry')}</Button>
      </div>
    </div>
  );
}
