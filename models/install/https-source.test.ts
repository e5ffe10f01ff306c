// @peculiar/x509 is wired with decorators and wants this polyfill first.
// oxlint-disable-next-line import/no-unassigned-import
import 'reflect-metadata';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { modelsOf } from '../packs/pack-manifest.ts';
import { sha256Of } from './content-hash.ts';
import {
  makePackFixture,
  type PackFixture,
  removeTemporaryFolders,
  temporaryFolder,
} from './pack-fixture.ts';

const run = promisify(execFile);

let fixture: PackFixture;
let server: Server;
let certificateFile: string;
let address: string;
/** What the server sends instead of a file, by its name. */
const tampered = new Map<string, Buffer>();

async function selfSigned() {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=localhost',
    keys,
    signingAlgorithm: algorithm,
    extensions: [new SubjectAlternativeNameExtension([{ type: 'dns', value: 'localhost' }])],
  });
  const key = await crypto.subtle.exportKey('pkcs8', keys.privateKey);
  return { cert: certificate.toString('pem'), key: PemConverter.encode(key, 'PRIVATE KEY') };
}

beforeAll(async () => {
  fixture = await makePackFixture();
  const credentials = await selfSigned();
  certificateFile = join(await temporaryFolder(), 'ca.pem');
  await writeFile(certificateFile, credentials.cert);
  server = createServer(credentials, (request, response) => {
    const name = request.url?.replace('/packs/', '') ?? '';
    const other = tampered.get(name);
    if (other !== undefined) return response.end(other);
    readFile(join(fixture.sourceDir, name)).then(
      (content) => response.end(content),
      () => response.writeHead(404).end(),
    );
    return undefined;
  });
  server.listen(0, 'localhost');
  await once(server, 'listening');
  const bound = server.address();
  address = `https://localhost:${typeof bound === 'object' ? bound?.port : ''}/packs/`;
});

afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await removeTemporaryFolders();
});

/** Installs from the server in a process that trusts its certificate. @returns the failure's code, or `installed` */
async function installInProcess(targetDir: string): Promise<string> {
  const request = {
    manifest: fixture.manifest,
    options: { targetDir, sourceOverride: address, goldenDir: fixture.goldenDir },
  };
  const requestFile = join(await temporaryFolder(), 'request.json');
  await writeFile(requestFile, JSON.stringify(request));
  const script = `
    import { readFileSync } from 'node:fs';
    import { installManifest } from ${JSON.stringify(join(import.meta.dirname, 'install-pack.ts'))};
    const { manifest, options } = JSON.parse(readFileSync(${JSON.stringify(requestFile)}, 'utf8'));
    const outcome = await installManifest(manifest, options).then(() => 'installed', (error) => error);
    console.log(typeof outcome === 'string' ? outcome : outcome.code + ' ' + outcome.message);
  `;
  const args = ['--input-type=module-typescript', '-e', script];
  const env = { NODE_EXTRA_CA_CERTS: certificateFile };
  return (await run(process.execPath, args, { env })).stdout.trim();
}

test('installs from an https address', { timeout: 20_000 }, async () => {
  const targetDir = await temporaryFolder();
  expect(await installInProcess(targetDir)).toBe('installed');
  for (const { file, sha256 } of modelsOf(fixture.manifest)) {
    expect(sha256Of(await readFile(join(targetDir, 'tiny-1', file)))).toBe(sha256);
  }
});

test.each([
  { what: 'other bytes of the same length', content: Buffer.alloc(12), failure: 'is not the file' },
  {
    what: 'more than the file has',
    content: Buffer.alloc(13),
    failure: 'longer than the 12 bytes',
  },
])('refuses $what', { timeout: 20_000 }, async ({ content, failure }) => {
  tampered.set('2.bin', content);
  const targetDir = await temporaryFolder();
  const outcome = await installInProcess(targetDir);
  tampered.clear();
  expect(outcome).toMatch(/^source-altered /);
  expect(outcome).toContain(failure);
  expect(await readdir(targetDir)).toEqual([]);
});

test('a certificate nobody vouches for is no source', { timeout: 20_000 }, async () => {
  const trusted = certificateFile;
  certificateFile = '';
  const outcome = await installInProcess(await temporaryFolder());
  certificateFile = trusted;
  expect(outcome).toMatch(/^source-unavailable .*1\.json/);
});
