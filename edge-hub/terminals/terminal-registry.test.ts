import { createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { kioskLoginSigningInput } from '../../shared/contracts/kiosk-login.ts';
import { createTestHub, type TestHub } from '../../test/support/test-hub.ts';
import { pairingCodes } from '../db/schema.ts';
import { verifyEs256 } from './terminal-registry.ts';

let hub: TestHub;
beforeEach(async () => {
  hub = await createTestHub();
});
afterEach(() => hub.close());

const shop = { terminalId: 'kiosk-1', shopId: 's', shopName: 'S', merchantId: 'm' };
const newKey = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });
const spki = (key: KeyObject): Buffer => key.export({ format: 'der', type: 'spki' });
const registry = () => hub.context.registry;
const INVALID = { ok: false, error: 'pairing_code_invalid' };

describe('a pairing code', () => {
  it('is good once', () => {
    const { code } = registry().createPairingCode(shop);
    expect(registry().pair(code, spki(newKey().publicKey))).toMatchObject({
      ok: true,
      value: { terminalId: 'kiosk-1', access: 'token', depth: false },
    });
    expect(registry().pair(code, spki(newKey().publicKey))).toEqual(INVALID);
  });

  it('may be typed in small letters with a dash', () => {
    const { code } = registry().createPairingCode(shop);
    const typed = `${code.slice(0, 4)}-${code.slice(4)} `.toLowerCase();
    expect(registry().pair(typed, spki(newKey().publicKey)).ok).toBe(true);
  });

  it('lives ten minutes', () => {
    const late = registry().createPairingCode(shop);
    hub.clock.aheadMs = 10 * 60_000 + 1;
    expect(registry().pair(late.code, spki(newKey().publicKey))).toEqual(INVALID);
    const { code } = registry().createPairingCode(shop);
    hub.clock.aheadMs += 10 * 60_000 - 1_000;
    expect(registry().pair(code, spki(newKey().publicKey)).ok).toBe(true);
  });

  it('is not used up by a key that is none, and does not stand in the database', () => {
    const { code } = registry().createPairingCode(shop);
    const unsuitable = { ok: false, error: 'unsuitable_key' };
    expect(registry().pair(code, Buffer.from('no key'))).toEqual(unsuitable);
    const other = generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey;
    expect(registry().pair(code, spki(other)).ok).toBe(false);
    expect(registry().pair(code, spki(newKey().publicKey)).ok).toBe(true);
    const rows = hub.context.database.db.select().from(pairingCodes).all();
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain(code);
    expect(rows[0]?.codeHash.includes(code)).toBe(false);
  });

  it('cannot take over a terminal, and a revoked one does not come back', () => {
    const { code: first } = registry().createPairingCode(shop);
    const { code: second } = registry().createPairingCode(shop);
    const { publicKey } = newKey();
    expect(registry().pair(first, spki(publicKey)).ok).toBe(true);
    const exists = { ok: false, error: 'terminal_exists' };
    expect(registry().pair(second, spki(newKey().publicKey))).toEqual(exists);
    registry().revoke('kiosk-1');
    expect(registry().pair(second, spki(publicKey))).toEqual(exists);
    const kept = registry().find('kiosk-1');
    expect(kept?.revokedAt).not.toBeNull();
    expect(
      kept?.publicKey.equals(createPublicKey(publicKey.export({ format: 'pem', type: 'spki' }))),
    ).toBe(true);
  });
});

describe('a kiosk’s login', () => {
  const login = (
    key: KeyObject,
    change: { at?: number; nonce?: string; terminalId?: string } = {},
  ): string => {
    const signed = {
      terminalId: change.terminalId ?? 'kiosk-1',
      at: new Date(change.at ?? hub.clock.now()).toISOString(),
      nonce: change.nonce ?? Buffer.from('0123456789abcdef').toString('base64'),
    };
    const signature = sign('sha256', Buffer.from(kioskLoginSigningInput(signed)), {
      key,
      dsaEncoding: 'ieee-p1363',
    }).toString('base64');
    return JSON.stringify({ ...signed, signature });
  };
  let key: KeyObject;
  beforeEach(() => {
    const pair = newKey();
    key = pair.privateKey;
    const { code } = registry().createPairingCode(shop);
    registry().pair(code, spki(pair.publicKey));
  });
  const outcome = (token: string, clientId = 'kiosk-1') => {
    const result = registry().loginByToken(clientId, token);
    return result.ok ? 'ok' : result.error;
  };

  it('is good once, by its own key, in its own name', () => {
    const token = login(key);
    expect(outcome(login(newKey().privateKey))).toBe('wrong_credential');
    expect(outcome(token, 'kiosk-2')).toBe('wrong_credential');
    expect(outcome(token)).toBe('ok');
    expect(outcome(token)).toBe('nonce_spent');
    for (const password of ['', 'null', '{}', '[]']) {
      expect(outcome(password)).toBe('wrong_credential');
    }
  });

  it('is good for no terminal that has a certificate', () => {
    hub.register('test-t1');
    expect(outcome(login(key, { terminalId: 'test-t1' }), 'test-t1')).toBe('wrong_credential');
    expect(outcome(login(key, { terminalId: 'nobody' }), 'nobody')).toBe('unknown');
  });

  it('ends with the revocation', () => {
    registry().revoke('kiosk-1');
    expect(outcome(login(key))).toBe('revoked');
  });

  it('of a clock that is ahead cannot be used again at any later time', () => {
    const start = Date.now();
    const fixed = (ms: number) => {
      hub.clock.now = () => start + ms;
    };
    fixed(0);
    expect(outcome(login(key, { at: start + 120_000 }))).toBe('stale');
    expect(outcome(login(key, { at: start - 120_001 }))).toBe('stale');
    const token = login(key, { at: start + 119_999 });
    expect(outcome(token)).toBe('ok');
    for (let ms = 239_990; ms <= 240_010; ms += 1) {
      fixed(ms);
      expect(['stale', 'nonce_spent'], `after ${ms} ms`).toContain(outcome(token));
    }
  });
});

describe('ES256', () => {
  const { publicKey, privateKey } = newKey();
  const text = '悟空 pays 12.50';

  it.each(['ieee-p1363', 'der'] as const)('as %s verifies, and not as the other', (format) => {
    const signature = sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: format });
    const other = format === 'der' ? 'ieee-p1363' : 'der';
    expect(verifyEs256({ key: publicKey, text, signature, format })).toBe(true);
    expect(verifyEs256({ key: publicKey, text, signature, format: other })).toBe(false);
    expect(verifyEs256({ key: publicKey, text: `${text} `, signature, format })).toBe(false);
    expect(verifyEs256({ key: newKey().publicKey, text, signature, format })).toBe(false);
    for (let bit = 0; bit < signature.length * 8; bit += 1) {
      const flipped = Buffer.from(signature);
      flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(verifyEs256({ key: publicKey, text, signature: flipped, format })).toBe(false);
    }
    expect(verifyEs256({ key: publicKey, text, signature: Buffer.alloc(0), format })).toBe(false);
    expect(verifyEs256({ key: publicKey, text, signature: Buffer.alloc(64), format })).toBe(false);
  });

  it('as ieee-p1363 verifies whatever its numbers begin with', () => {
    const starts = new Set<string>();
    const startOf = (byte = 0): string => (byte === 0 ? 'zero' : byte < 0x80 ? 'plain' : 'sign');
    for (let n = 0; n < 5_000 && starts.size < 6; n += 1) {
      const message = `${text} ${n}`;
      const key = { key: privateKey, dsaEncoding: 'ieee-p1363' } as const;
      const signature = sign('sha256', Buffer.from(message), key);
      const format = 'ieee-p1363';
      expect(verifyEs256({ key: publicKey, text: message, signature, format })).toBe(true);
      starts.add(`r ${startOf(signature[0])}`).add(`s ${startOf(signature[32])}`);
    }
    expect(starts.size).toBe(6);
  });
});
