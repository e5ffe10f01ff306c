import { createPrivateKey, sign } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  CertificateAuthority,
  type CertificatePaths,
} from '../../deploy/pki/certificate-authority.ts';
import {
  announcementSigningInput,
  erasureSigningInput,
  type HubAnnouncement,
} from '../../shared/contracts/hub-events.ts';
import { systemClock } from '../../shared/kernel/clock.ts';
import { checkAnnouncement, checkReceipt, readAuthorities } from './vouching.ts';

const HUB = 'hub-wuma';
const DAY_MS = 24 * 3600 * 1000;

let dir: string;
let authority: CertificateAuthority;
let hub: CertificatePaths;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'wuma-vouching-'));
  authority = await CertificateAuthority.open({ dir, commonName: 'Test CA', clock: systemClock });
  hub = await authority.issue({ name: HUB, commonName: HUB, usage: ['server', 'client'] });
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function signed(paths: CertificatePaths, input: string): string {
  const key = createPrivateKey(readFileSync(paths.keyPath));
  return sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }).toString('base64');
}

function announcement(paths: CertificatePaths): HubAnnouncement {
  const said = { hubId: HUB, streetId: 'street-wuma', streetName: '五马街', sealingKey: 'BAEC' };
  return {
    ...said,
    certificatePem: readFileSync(paths.certPath, 'utf8'),
    signature: signed(paths, announcementSigningInput(said)),
  };
}

function check(said: HubAnnouncement, nowMs = Date.now()): string {
  const authorities = readAuthorities(readFileSync(authority.certPath, 'utf8'));
  const checked = checkAnnouncement(said, { hubId: HUB, authorities, nowMs });
  return checked.ok ? 'ok' : checked.error;
}

describe('checkAnnouncement', () => {
  it('believes a hub with its own certificate', () => {
    expect(check(announcement(hub))).toBe('ok');
  });

  it.each(['streetId', 'streetName', 'sealingKey'] as const)('notices another %s', (field) => {
    expect(check({ ...announcement(hub), [field]: 'BAED' })).toBe('bad_signature');
  });

  it('does not believe a certificate before or after its time', () => {
    expect(check(announcement(hub), Date.now() - DAY_MS)).toBe('bad_certificate');
    expect(check(announcement(hub), Date.now() + 400 * DAY_MS)).toBe('bad_certificate');
  });

  it('does not believe a terminal that is named like a hub', async () => {
    const terminal = await authority.issue({ name: 't', commonName: HUB, usage: ['client'] });
    expect(check(announcement(terminal))).toBe('bad_certificate');
  });

  it('does not believe another hub', async () => {
    const other = await authority.issue({ name: 'o', commonName: 'hub-other', usage: ['server'] });
    expect(check(announcement(other))).toBe('wrong_hub');
  });

  it('does not believe another authority of the same name', async () => {
    const elsewhere = await CertificateAuthority.open({
      dir: join(dir, 'elsewhere'),
      commonName: 'Test CA',
      clock: systemClock,
    });
    const forged = await elsewhere.issue({ name: HUB, commonName: HUB, usage: ['server'] });
    expect(check(announcement(forged))).toBe('bad_certificate');
  });

  it('does not believe the authority itself in a hub’s place', () => {
    const own = { certPath: authority.certPath, keyPath: join(dir, 'ca.key') };
    expect(check(announcement(own))).toBe('bad_certificate');
  });
});

describe('checkReceipt', () => {
  const said = {
    hubId: HUB,
    shopperId: '019a4e00-0000-7000-8000-000000000012',
    erasedAt: '2026-11-02T03:04:05.678Z',
    templatesRemoved: 1,
  };

  it('takes the hub’s word as it was signed, and no other', () => {
    const receipt = { ...said, signature: signed(hub, erasureSigningInput(said)) };
    const pem = readFileSync(hub.certPath, 'utf8');
    expect(checkReceipt(receipt, pem).ok).toBe(true);
    expect(checkReceipt({ ...receipt, templatesRemoved: 2 }, pem).ok).toBe(false);
    expect(checkReceipt({ ...receipt, signature: 'AAAA' }, pem).ok).toBe(false);
    expect(checkReceipt(receipt, 'no certificate').ok).toBe(false);
  });
});
