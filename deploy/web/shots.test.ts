import { describe, expect, it } from 'vitest';
import { addressOf, allShots, fileName } from './shots.ts';

const services = {
  hub: new URL('http://localhost:7410'),
  central: new URL('http://localhost:7400'),
};

describe('the pictures', () => {
  it('are of every page at its sizes, in two languages, on two grounds, each in a file of its own', () => {
    const shots = allShots();
    expect(shots).toHaveLength((3 + 2 * 9) * 2 * 2);
    expect(new Set(shots.map(fileName)).size).toBe(shots.length);
    expect(
      fileName({ page: 'city', width: 390, height: 844, language: 'en', scheme: 'dark' }),
    ).toBe('city-390x844-en-dark.png');
  });

  it('ask for their language before the fragment that names the view', () => {
    const shot = {
      page: 'enrol',
      width: 390,
      height: 844,
      language: 'zh-CN',
      scheme: 'light',
    } as const;
    expect(addressOf(shot, services).href).toBe('http://localhost:7410/console/?lang=zh-CN#/enrol');
    expect(addressOf({ ...shot, page: 'city' }, services).href).toBe(
      'http://localhost:7400/?lang=zh-CN',
    );
  });
});
