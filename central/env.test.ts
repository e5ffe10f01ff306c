import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readEnv } from './env.ts';

const LEAST = { CENTRAL_HUBS: 'hub-wuma, hub-riverside,hub-wuma', CENTRAL_TLS_CA: '/pki/ca.pem' };

const readWrong = (): unknown =>
  readEnv({ CENTRAL_HUBS: 'Hub One', CENTRAL_HTTP_PORT: '70000', LOG_LEVEL: 'loud' });

describe('readEnv', () => {
  it('needs the hubs and the authority, and has an answer for the rest', () => {
    expect(readEnv(LEAST)).toMatchObject({
      hubs: ['hub-wuma', 'hub-riverside'],
      caFile: '/pki/ca.pem',
      database: { url: undefined, port: 0 },
      http: { host: '127.0.0.1', port: 7400 },
      adminTokenFile: '.wuma/central/admin-token',
    });
  });

  it('names every variable that is wrong at once', () => {
    for (const name of ['CENTRAL_HUBS', 'CENTRAL_TLS_CA', 'CENTRAL_HTTP_PORT', 'LOG_LEVEL']) {
      expect(readWrong).toThrow(name);
    }
  });

  it('pays nobody without a bank, and wants all of a bank or nothing', () => {
    expect(readEnv(LEAST).settlement).toBeUndefined();
    const bank = {
      CENTRAL_BANK_DIR: '/bank',
      CENTRAL_BANK_HOLDER: '五马街结算',
      CENTRAL_BANK_ACCOUNT: '1000000000000001',
      CENTRAL_BANK_CODE: '104333000016',
    };
    const partly = () => readEnv({ ...LEAST, ...bank, CENTRAL_BANK_CODE: undefined });
    expect(partly).toThrow('CENTRAL_BANK_CODE');
    expect(readEnv({ ...LEAST, ...bank, CENTRAL_SETTLE_AT: '04:05' }).settlement).toMatchObject({
      bankDir: '/bank',
      at: { hour: 4, minute: 5 },
      reversalMinutes: 120,
      holidays: [],
    });
  });

  it('wants all of Alipay or nothing, with keys that RSA2 takes', () => {
    const dir = mkdtempSync(join(tmpdir(), 'wuma-env-'));
    const fileOf = (name: string, text: string): string => {
      writeFileSync(join(dir, name), text);
      return join(dir, name);
    };
    const ours = generateKeyPairSync('rsa', { modulusLength: 2_048 });
    const short = generateKeyPairSync('rsa', { modulusLength: 1_024 });
    const pkcs8 = { type: 'pkcs8', format: 'pem' } as const;
    const spki = ours.publicKey.export({ type: 'spki', format: 'der' });
    const alipay = {
      CENTRAL_ALIPAY_APP_ID: '2021000000000001',
      CENTRAL_ALIPAY_KEY_FILE: fileOf('key', ours.privateKey.export(pkcs8).toString()),
      // as Alipay's console shows it
      CENTRAL_ALIPAY_PUBLIC_KEY_FILE: fileOf('alipay', spki.toString('base64')),
    };
    expect(readEnv(LEAST).alipay).toBeUndefined();
    expect(readEnv({ ...LEAST, ...alipay }).alipay).toEqual({
      appId: alipay.CENTRAL_ALIPAY_APP_ID,
      privateKey: ours.privateKey.export({ type: 'pkcs1', format: 'pem' }),
      alipayPublicKey: ours.publicKey.export({ type: 'spki', format: 'pem' }),
      gateway: 'https://openapi.alipay.com/gateway.do',
      timeoutMs: 10_000,
    });
    const wrong = {
      CENTRAL_ALIPAY_PUBLIC_KEY_FILE: join(dir, 'none'),
      CENTRAL_ALIPAY_KEY_FILE: fileOf('short', short.privateKey.export(pkcs8).toString()),
      CENTRAL_ALIPAY_APP_ID: undefined,
      CENTRAL_ALIPAY_GATEWAY: 'http://openapi.alipay.com/gateway.do',
    };
    for (const [name, value] of Object.entries(wrong)) {
      expect(() => readEnv({ ...LEAST, ...alipay, [name]: value }), name).toThrow(name);
    }
    rmSync(dir, { recursive: true });
  });
});
