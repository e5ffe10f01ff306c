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
});
