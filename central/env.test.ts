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
});
