import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../shared/web/button.tsx';
import { ScreenHeading } from '../screen-heading.tsx';

export function RefusedScreen({ onPairAgain }: { readonly onPairAgain: () => void }): ReactElement {
  const { t } = useTranslation();
  return (
    <section className="screen">
      <div className="screen-middle">
        <ScreenHeading className="display">{t('refused.heading')}</ScreenHeading>
        <p className="title">{t('refused.note')}</p>
        <p className="small muted">{t('common.code', { code: 'K-REFUSED' })}</p>
      </div>
      <Button onClick={onPairAgain}>{t('refused.again')}</Button>
    </section>
  );
}
