import { type ReactElement, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { I18nextProvider } from 'react-i18next';
import { type Language, startI18n } from '../../../shared/web/language.ts';
import en from './messages/en.json' with { type: 'json' };
import zhCN from './messages/zh-CN.json' with { type: 'json' };

/** Puts a staff page into `#page`, with its messages and those of signing in. */
export async function startPage(
  app: ReactElement,
  messages: Parameters<typeof startI18n>[0],
): Promise<void> {
  const page = document.getElementById('page');
  if (!page) throw new Error('index.html has no #page');
  const session: Record<Language, typeof en> = { 'zh-CN': zhCN, en };
  const i18n = await startI18n({
    'zh-CN': { ...session['zh-CN'], ...messages['zh-CN'] },
    en: { ...session.en, ...messages.en },
  });
  createRoot(page).render(
    <StrictMode>
      <I18nextProvider i18n={i18n}>{app}</I18nextProvider>
    </StrictMode>,
  );
}
