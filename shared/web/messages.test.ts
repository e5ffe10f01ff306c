import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..');
const FOLDERS = [
  'shared/web',
  'firmware-bridge/web',
  'edge-hub/web',
  'central/web',
  'central/web/pay',
  'central/web/insight',
  'central/web/bureau',
  'central/web/programmes',
  'central/web/standing',
  'central/web/session',
  'central/web/merchant',
  'central/web/administration',
];

/** Every key with its placeholders; plural forms count as one key, since languages have different ones. */
function keysOf(value: unknown, path = ''): string[] {
  if (typeof value === 'string') {
    const placeholders = [...value.matchAll(/\{\{(\w+)\}\}/g)]
      .map((match) => String(match[1]))
      .toSorted();
    return [`${path.replace(/_(one|other)$/, '')} ${placeholders.join(',')}`];
  }
  return Object.entries(value as Record<string, unknown>).flatMap(([key, below]) =>
    keysOf(below, `${path}.${key}`),
  );
}

function messageKeys(folder: string, language: string): string[] {
  const text = readFileSync(join(ROOT, folder, 'messages', `${language}.json`), 'utf8');
  return [...new Set(keysOf(JSON.parse(text)))].toSorted();
}

describe('messages', () => {
  it.each(FOLDERS)('of %s say the same things in both languages', (folder) => {
    const chinese = messageKeys(folder, 'zh-CN');
    expect(chinese.length).toBeGreaterThan(5);
    expect(messageKeys(folder, 'en')).toEqual(chinese);
  });
});
