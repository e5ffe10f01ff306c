import type { TFunction } from 'i18next';
import { isLanguage } from '../../shared/web/language.ts';
import type { Refusal } from './payment-flow.ts';

/** The hub's words in the reader's language, or this kiosk's own for its own codes. */
export function refusalText(refusal: Refusal, t: TFunction, language: string): string {
  if (refusal.words) return refusal.words[isLanguage(language) ? language : 'en'];
  if (refusal.code.startsWith('W-CAM')) return t(`common.camera.${refusal.code}`);
  return t(`refusal.${refusal.code}`);
}
