import { describe, expect, it } from 'vitest';
import { addressOf, allShots, fileName } from './shots.ts';

const where = {
  hub: new URL('http://localhost:7410'),
  central: new URL('http://localhost:7400'),
  merchantId: 'm-tea',
};
const shot = {
  page: 'city',
  state: 'now',
  width: 390,
  height: 844,
  language: 'en',
  scheme: 'dark',
} as const;

describe('the pictures', () => {
  it('are of every page at its sizes, in two languages, on two grounds, each in a file of its own', () => {
    const shots = allShots({ merchantId: 'm-tea' });
    const now = shots.filter(({ state }) => state === 'now');
    expect(now).toHaveLength((3 + 2 * 14) * 2 * 2);
    // what loads and what fails: nine pages that ask, on one ground
    expect(shots.length - now.length).toBe(2 * 9 * 2 * 2);
    expect(new Set(shots.map(fileName)).size).toBe(shots.length);
    expect(fileName(shot)).toBe('city-390x844-en-dark.png');
    expect(fileName({ ...shot, state: 'failed' })).toBe('city-390x844-en-dark-failed.png');
  });

  it('are of a merchant’s customers only where a merchant is named', () => {
    const pages = allShots({ merchantId: undefined }).map(({ page }) => page);
    expect(pages).not.toContain('merchant-insight');
    expect(pages).toContain('insight');
    expect(addressOf({ ...shot, page: 'merchant-insight' }, where).search).toBe(
      '?lang=en&merchant=m-tea',
    );
  });

  it('ask for their language before the fragment that names the view', () => {
    expect(addressOf({ page: 'enrol', language: 'zh-CN' }, where).href).toBe(
      'http://localhost:7410/console/?lang=zh-CN#/enrol',
    );
    expect(addressOf({ page: 'city', language: 'zh-CN' }, where).href).toBe(
      'http://localhost:7400/?lang=zh-CN',
    );
  });
});
