import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from './button.tsx';
import { chooseLanguage } from './language.ts';

/** One press to the other language; labelled in the language it leads to. */
export function LanguageSwitch(): ReactElement {
  const { t, i18n } = useTranslation();
  const other = i18n.language === 'zh-CN' ? 'en' : 'zh-CN';
  return (
    <Button
      kind="quiet"
      lang={other}
      aria-label={t('common.switchLanguage')}
      onClick={() => chooseLanguage(i18n, other)}
    >
      {t('common.otherLanguage')}
    </Button>
  );
}
