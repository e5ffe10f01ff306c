import type { ReactElement, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../shared/web/button.tsx';
import { failureCode, type HttpFailure } from '../../../shared/web/http.ts';
import { Notice } from '../../../shared/web/mark.tsx';
import { SkeletonRows } from '../../../shared/web/skeleton.tsx';
import type { Polled } from '../../../shared/web/use-polled.ts';
import './desk.css';

interface ListCardProps<T> {
  readonly id: string;
  readonly heading: string;
  readonly polled: Polled<T>;
  readonly isEmpty: (value: T) => boolean;
  /** What is said when there is nothing yet. */
  readonly none: string;
  readonly children: (value: T) => ReactNode;
  /** Shown above whatever is there: ways of looking at it. */
  readonly head?: ReactNode;
  /** Shown below whatever is there: a form to add something. */
  readonly foot?: ReactNode;
}

/** A card of what a path answers: loading, nothing yet, not to be had, or the thing itself. */
export function ListCard<T>(props: ListCardProps<T>): ReactElement {
  const { id, heading, polled, isEmpty, none, children, head, foot } = props;
  const { value, failure, reload } = polled;
  return (
    <section className="card" aria-labelledby={id}>
      <h2 id={id}>{heading}</h2>
      {head}
      {failure ? <Failed failure={failure} onRetry={reload} /> : null}
      {value === undefined && !failure ? <SkeletonRows rows={3} /> : null}
      {value !== undefined && isEmpty(value) ? <p className="muted">{none}</p> : null}
      {value !== undefined && !isEmpty(value) ? children(value) : null}
      {foot}
    </section>
  );
}

interface FailedProps {
  readonly failure: HttpFailure;
  readonly onRetry?: () => void;
}

/** What could not be read or done, with the code for support. */
export function Failed({ failure, onRetry }: FailedProps): ReactElement {
  const { t } = useTranslation();
  const isRead = onRetry !== undefined;
  const detail = failure.kind === 'problem' ? failure.detail : '';
  const codes = [failureCode(failure), detail].filter((text) => text !== '').join(' · ');
  return (
    <Notice tone="bad" icon="cross">
      <p>{t(isRead ? 'common.loadProblem' : 'session.notDone')}</p>
      <p className="small muted">{t('common.code', { code: codes })}</p>
      {isRead ? <Button onClick={onRetry}>{t('common.retry')}</Button> : null}
    </Notice>
  );
}
