import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createDevelopmentPki } from '../../deploy/pki/development-pki.ts';
import type { HubAnnouncement } from '../../shared/contracts/hub-events.ts';
import { HubIdentity } from '../../test/support/hub-identity.ts';
import { isGenuine } from './announcement-check.ts';

let dir: string;
let authority: X509Certificate;
let mine: HubAnnouncement;
let other: HubAnnouncement;
let foreign: HubAnnouncement;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'wuma-announcement-'));
  const hubs = ['hub-a', 'hub-b'];
  const make = (name: string) =>
    createDevelopmentPki({ dir: join(dir, name), hubs, terminals: ['t1'] });
  const [pki, foreignPki] = await Promise.all([make('ours'), make('theirs')]);
  authority = new X509Certificate(readFileSync(pki.caPath));
  mine = (await HubIdentity.create(pki, 'hub-a', 'street-a')).announcement;
  other = (await HubIdentity.create(pki, 'hub-b', 'street-b')).announcement;
  foreign = (await HubIdentity.create(foreignPki, 'hub-a', 'street-a')).announcement;
});
afterAll(() => rmSync(dir, { recursive: true }));

const genuine = (announcement: HubAnnouncement, now = Date.now()): boolean =>
  isGenuine(announcement, authority, now);

it('takes a hub that the operator’s authority names', () => {
  expect(genuine(mine)).toBe(true);
  expect(genuine(other)).toBe(true);
});

it.each([
  ['of another authority', () => foreign],
  [
    'with another authority’s certificate',
    () => ({ ...mine, certificatePem: foreign.certificatePem }),
  ],
  ['in the name of another hub', () => ({ ...mine, hubId: 'hub-b' })],
  ['with a certificate of another hub', () => ({ ...mine, certificatePem: other.certificatePem })],
  ['with a key that was put in', () => ({ ...mine, sealingKey: other.sealingKey })],
  ['for another street', () => ({ ...mine, streetId: 'street-b' })],
  ['under another street’s name', () => ({ ...mine, streetName: 'x' })],
  ['with the signature of another', () => ({ ...mine, signature: other.signature })],
  ['without a signature', () => ({ ...mine, signature: '' })],
  ['with no certificate', () => ({ ...mine, certificatePem: 'none' })],
])('refuses one %s', (_, change) => {
  expect(genuine(change())).toBe(false);
});

it('refuses one before and after the days of its certificate', () => {
  const { validFrom, validTo } = new X509Certificate(mine.certificatePem);
  expect(genuine(mine, Date.parse(validFrom) - 1)).toBe(false);
  expect(genuine(mine, Date.parse(validTo))).toBe(true);
  expect(genuine(mine, Date.parse(validTo) + 1)).toBe(false);
});
