import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../shared/web/button.tsx';
import { ScreenHeading } from '../screen-heading.tsx';

interface IdleScreenProps {
  readonly shopName: string | undefined;
  readonly onWake: () => void;
}

export function IdleScreen({ shopName, onWake }: IdleScreenProps): ReactElement {
  const { t } = useTranslation();
  return (
    <section className="screen">
      <div className="screen-middle">
        <ScreenHeading className="display">{shopName ?? t('title')}</ScreenHeading>
        <p className="title muted">{t('idle.note')}</p>
      </div>
      <Button kind="primary" onClick={onWake}>
        {t('idle.wake')}
      </Button>
    </section>
  );
}
