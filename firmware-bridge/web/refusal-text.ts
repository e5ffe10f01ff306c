import type { TFunction } from 'i18next';
import { isLanguage } from '../../shared/web/language.ts';

export interface Words {
  readonly 'zh-CN': string;
  readonly en: string;
}

/** Why something was not done: the hub's words, or a code of this kiosk, which has its words in the messages. */
export interface Refusal {
  readonly code: string;
  readonly words: Words | null;
}

/** The hub's words in the reader's language, or this kiosk's own for its own codes. */
export function refusalText(refusal: Refusal, t: TFunction, language: string): string {
  if (refusal.words) return refusal.words[isLanguage(language) ? language : 'en'];
  if (refusal.code.startsWith('W-CAM')) return t(`common.camera.${refusal.code}`);
  return t(`refusal.${refusal.code}`);
}
