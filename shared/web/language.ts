import i18next, { type i18n, type Resource } from 'i18next';
import { initReactI18next } from 'react-i18next';
import en from './messages/en.json' with { type: 'json' };
import zhCN from './messages/zh-CN.json' with { type: 'json' };

export const LANGUAGES = ['zh-CN', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];

const STORAGE_KEY = 'wuma.language';

interface Messages {
  readonly [key: string]: string | Messages;
}

export function isLanguage(text: string | null | undefined): text is Language {
  return LANGUAGES.some((language) => language === text);
}

/** `?lang=` wins, then what was chosen here before, then the browser's first language. */
function startLanguage(): Language {
  const asked = new URLSearchParams(window.location.search).get('lang');
  if (isLanguage(asked)) return asked;
  const kept = window.localStorage.getItem(STORAGE_KEY);
  if (isLanguage(kept)) return kept;
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh-CN' : 'en';
}

/**
 * Starts the page's language with the messages of both languages; the common ones are under `common`.
 */
export async function startI18n(page: Record<Language, Messages>): Promise<i18n> {
  const resources: Resource = {
    'zh-CN': { translation: { ...zhCN, ...page['zh-CN'] } },
    en: { translation: { ...en, ...page.en } },
  };
  const instance = i18next.createInstance();
  instance.on('languageChanged', (language) => {
    document.documentElement.lang = language;
    document.title = instance.t('title');
  });
  await instance.use(initReactI18next).init({
    resources,
    lng: startLanguage(),
    fallbackLng: 'en',
    interpolation: { escapeValue: false },
  });
  return instance;
}

/** Switches the page's language and remembers it on this device. */
export function chooseLanguage(instance: i18n, language: Language): void {
  window.localStorage.setItem(STORAGE_KEY, language);
  void instance.changeLanguage(language);
}
