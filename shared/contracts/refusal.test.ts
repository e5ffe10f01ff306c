import { describe, expect, it } from 'vitest';
import { REFUSAL_CODES, REFUSAL_WORDS } from './refusal.ts';

describe('REFUSAL_WORDS', () => {
  it.each(REFUSAL_CODES)('%s is said in both languages and fits a kiosk', (code) => {
    const words = REFUSAL_WORDS[code];
    expect(words['zh-CN']).toMatch(/\p{Script=Han}/u);
    expect(words['zh-CN'].length).toBeLessThanOrEqual(24);
    expect(words.en).toMatch(/^[A-Z]/);
    expect(words.en.length).toBeLessThanOrEqual(72);
    expect(`${words.en}${words['zh-CN']}`).not.toMatch(/biometric|生物/i);
  });
});
