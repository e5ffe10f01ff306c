import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { assert, present } from '../../shared/kernel/assert.ts';
import type { CertificatePaths } from './certificate-authority.ts';
import { createDevelopmentPki, type DevelopmentPki } from './development-pki.ts';

let dir: string;
let pki: DevelopmentPki;

const options = (name: string) => ({
  dir: join(dir, name),
  hubs: ['hub-a'],
  terminals: ['a-t1', 'a-t2'],
});

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'wuma-pki-'));
  pki = await createDevelopmentPki(options('ours'));
});

afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** A mutual handshake; resolves to the client's CN as the server saw it, or rejects with the refusal. */
async function handshake(client: CertificatePaths, caPath: string, crl?: string): Promise<string> {
  const hub = present(pki.hubs['hub-a'], 'hub-a').server;
  const server = createServer({
    cert: readFileSync(hub.certPath),
    key: readFileSync(hub.keyPath),
    ca: readFileSync(pki.caPath),
    requestCert: true,
    // refusing is what Node does with the same finding; here the reason is wanted
    rejectUnauthorized: false,
    ...(crl === undefined ? {} : { crl }),
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert(address !== null && typeof address === 'object', 'it listens on a port');
  try {
    return await new Promise<string>((resolve, reject) => {
      server.on('tlsClientError', reject);
      server.on('secureConnection', (socket: TLSSocket) => {
        if (socket.authorized) resolve(socket.getPeerCertificate().subject.CN);
        else reject(new Error(`refused: ${String(socket.authorizationError)}`));
        socket.destroy();
      });
      connect({
        port: address.port,
        host: '127.0.0.1',
        servername: 'localhost',
        cert: readFileSync(client.certPath),
        key: readFileSync(client.keyPath),
        ca: readFileSync(caPath),
      }).on('error', reject);
    });
  } finally {
    server.close();
  }
}

const terminal = (from: DevelopmentPki, id: string): CertificatePaths =>
  present(from.terminals[id], id);

it('lets a terminal and the hub know one another', async () => {
  await expect(handshake(terminal(pki, 'a-t1'), pki.caPath)).resolves.toBe('a-t1');
});

it('refuses a terminal of a foreign CA', async () => {
  const foreign = await createDevelopmentPki(options('foreign'));
  await expect(handshake(terminal(foreign, 'a-t1'), pki.caPath)).rejects.toThrow(
    /refused: UNABLE_TO_VERIFY|refused: .*SIGNATURE|refused: SELF_SIGNED/,
  );
});

it('is refused as a hub by who trusts another CA', async () => {
  const foreign = await createDevelopmentPki(options('foreign'));
  await expect(handshake(terminal(pki, 'a-t1'), foreign.caPath)).rejects.toThrow(
    /certificate|alert/i,
  );
});

it('refuses a revoked terminal and no other', async () => {
  await pki.authority.revoke([terminal(pki, 'a-t2').certPath]);
  const crl = readFileSync(pki.crlPath, 'utf8');
  await expect(handshake(terminal(pki, 'a-t1'), pki.caPath, crl)).resolves.toBe('a-t1');
  await expect(handshake(terminal(pki, 'a-t2'), pki.caPath, crl)).rejects.toThrow(/revoked/i);
});

it('keeps what it made, and makes only what is new', async () => {
  const before = readFileSync(terminal(pki, 'a-t1').certPath, 'utf8');
  const again = await createDevelopmentPki({ ...options('ours'), terminals: ['a-t1', 'a-t3'] });
  expect(readFileSync(terminal(again, 'a-t1').certPath, 'utf8')).toBe(before);
  expect(new X509Certificate(readFileSync(terminal(again, 'a-t3').certPath)).subject).toBe(
    'CN=a-t3',
  );
});

it('renews what is near its end', async () => {
  const in345Days = Date.now() + 345 * 24 * 3600 * 1000;
  const before = readFileSync(terminal(pki, 'a-t1').certPath, 'utf8');
  const later = await createDevelopmentPki({
    ...options('ours'),
    clock: { now: () => in345Days, monotonic: () => 0 },
  });
  expect(readFileSync(terminal(later, 'a-t1').certPath, 'utf8')).not.toBe(before);
});

it('keeps private keys to their owner', () => {
  const keys = [pki.centralNats, terminal(pki, 'a-t1'), terminal(pki, 'a-t2')];
  for (const { keyPath } of keys) expect(statSync(keyPath).mode & 0o777).toBe(0o600);
});
