// @peculiar/x509 is wired with decorators and wants this polyfill first.
// oxlint-disable-next-line import/no-unassigned-import
import 'reflect-metadata';

import {
  createPrivateKey,
  X509Certificate as NodeCertificate,
  randomBytes,
  type webcrypto,
} from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
  X509Crl,
  X509CrlGenerator,
} from '@peculiar/x509';
import type { Clock } from '../../shared/kernel/clock.ts';

const EC_P256 = { name: 'ECDSA', namedCurve: 'P-256' };
const ECDSA_SHA256 = { name: 'ECDSA', hash: 'SHA-256' };

const DAY_MS = 24 * 3600 * 1000;
const CA_DAYS = 3650;
const LEAF_DAYS = 365;
/** A certificate this near its end is made anew. */
const RENEW_BEFORE_DAYS = 30;
/** Clocks of boxes in a street differ; what is issued now must be valid there now. */
const BACKDATE_MS = 3600 * 1000;

/** Where a certificate and its private key (PKCS#8, mode 0600) lie, both PEM. */
export interface CertificatePaths {
  readonly certPath: string;
  readonly keyPath: string;
}

export interface CertificateRequest {
  /** File name without ending, unique in the folder. */
  readonly name: string;
  readonly commonName: string;
  readonly usage: readonly ('server' | 'client')[];
  /** Names and addresses of the machine; none for a client. */
  readonly dnsNames?: readonly string[];
  readonly ipAddresses?: readonly string[];
}

type CryptoKey = webcrypto.CryptoKey;
type CryptoKeyPair = webcrypto.CryptoKeyPair;

interface AuthorityParts {
  readonly dir: string;
  readonly clock: Clock;
  readonly certificate: X509Certificate;
  readonly signingKey: CryptoKey;
}

/**
 * A small certificate authority in a folder: `ca.pem`, `ca.key`, `ca.crl` and what it issues.
 * ECDSA P-256 throughout (RFC 5480), so that a terminal's certificate key can also be its device
 * signing key. Opening it again finds everything as it was.
 */
export class CertificateAuthority {
  private readonly parts: AuthorityParts;

  private constructor(parts: AuthorityParts) {
    this.parts = parts;
  }

  /**
   * Opens the authority of this folder, or founds it.
   *
   * @param options.commonName subject of a CA that is founded now
   */
  static async open(options: {
    readonly dir: string;
    readonly commonName: string;
    readonly clock: Clock;
  }): Promise<CertificateAuthority> {
    const { dir, clock } = options;
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    const paths = pathsOf(dir, 'ca');
    if (!existsSync(paths.certPath) || !existsSync(paths.keyPath)) {
      const keys = await newKeys();
      const certificate = await selfSigned(options.commonName, keys, clock);
      writeFile(paths.keyPath, await exportKey(keys.privateKey), 0o600);
      writeFile(paths.certPath, certificate.toString('pem'), 0o644);
    }
    const authority = new CertificateAuthority({
      dir,
      clock,
      certificate: new X509Certificate(readFileSync(paths.certPath, 'utf8')),
      signingKey: await importKey(readFileSync(paths.keyPath, 'utf8')),
    });
    if (!existsSync(authority.crlPath)) await authority.writeCrl([]);
    return authority;
  }

  get certPath(): string {
    return pathsOf(this.parts.dir, 'ca').certPath;
  }

  get crlPath(): string {
    return join(this.parts.dir, 'ca.crl');
  }

  /** Issues a certificate, or returns the one that is there while it is ours and has a month to go. */
  async issue(request: CertificateRequest): Promise<CertificatePaths> {
    const paths = pathsOf(this.parts.dir, request.name);
    if (this.isCurrent(paths, request)) return paths;
    const keys = await newKeys();
    const now = this.parts.clock.now();
    const certificate = await X509CertificateGenerator.create({
      serialNumber: newSerialNumber(),
      subject: `CN=${request.commonName}`,
      issuer: this.parts.certificate.subject,
      notBefore: new Date(now - BACKDATE_MS),
      notAfter: new Date(now + LEAF_DAYS * DAY_MS),
      publicKey: keys.publicKey,
      signingKey: this.parts.signingKey,
      signingAlgorithm: ECDSA_SHA256,
      extensions: await leafExtensions(request, keys.publicKey, this.parts.certificate),
    });
    writeFile(paths.keyPath, await exportKey(keys.privateKey), 0o600);
    writeFile(paths.certPath, certificate.toString('pem'), 0o644);
    return paths;
  }

  /** Adds certificates to the revocation list (RFC 5280, section 5) that servers are given. */
  async revoke(certificatePaths: readonly string[]): Promise<void> {
    const known = new X509Crl(readFileSync(this.crlPath, 'utf8')).entries.map(
      (entry) => entry.serialNumber,
    );
    const added = certificatePaths.map(
      (path) => new X509Certificate(readFileSync(path, 'utf8')).serialNumber,
    );
    await this.writeCrl([...new Set([...known, ...added])]);
  }

  private async writeCrl(serialNumbers: readonly string[]): Promise<void> {
    const now = this.parts.clock.now();
    const crl = await X509CrlGenerator.create({
      issuer: this.parts.certificate.subject,
      thisUpdate: new Date(now - BACKDATE_MS),
      nextUpdate: new Date(now + CA_DAYS * DAY_MS),
      signingAlgorithm: ECDSA_SHA256,
      signingKey: this.parts.signingKey,
      entries: serialNumbers.map((serialNumber) => ({
        serialNumber,
        revocationDate: new Date(now),
      })),
    });
    writeFile(this.crlPath, toPem('X509 CRL', crl.rawData), 0o644);
  }

  private isCurrent(paths: CertificatePaths, request: CertificateRequest): boolean {
    if (!existsSync(paths.certPath) || !existsSync(paths.keyPath)) return false;
    const present = new NodeCertificate(readFileSync(paths.certPath));
    const authority = new NodeCertificate(readFileSync(this.certPath));
    return (
      present.subject === `CN=${request.commonName}` &&
      present.verify(authority.publicKey) &&
      present.checkPrivateKey(createPrivateKey(readFileSync(paths.keyPath))) &&
      Date.parse(present.validTo) - this.parts.clock.now() > RENEW_BEFORE_DAYS * DAY_MS
    );
  }
}

function pathsOf(dir: string, name: string): CertificatePaths {
  return { certPath: join(dir, `${name}.pem`), keyPath: join(dir, `${name}.key`) };
}

function newKeys(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(EC_P256, true, ['sign', 'verify']);
}

async function selfSigned(
  commonName: string,
  keys: CryptoKeyPair,
  clock: Clock,
): Promise<X509Certificate> {
  return X509CertificateGenerator.createSelfSigned({
    serialNumber: newSerialNumber(),
    name: `CN=${commonName}`,
    notBefore: new Date(clock.now() - BACKDATE_MS),
    notAfter: new Date(clock.now() + CA_DAYS * DAY_MS),
    signingAlgorithm: ECDSA_SHA256,
    keys,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
}

async function leafExtensions(
  request: CertificateRequest,
  publicKey: CryptoKey,
  authority: X509Certificate,
): Promise<Extension[]> {
  const names = [
    ...(request.dnsNames ?? []).map((value) => ({ type: 'dns' as const, value })),
    ...(request.ipAddresses ?? []).map((value) => ({ type: 'ip' as const, value })),
  ];
  return [
    new BasicConstraintsExtension(false, undefined, true),
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
    new ExtendedKeyUsageExtension(
      request.usage.map((usage) =>
        usage === 'server' ? ExtendedKeyUsage.serverAuth : ExtendedKeyUsage.clientAuth,
      ),
    ),
    ...(names.length === 0 ? [] : [new SubjectAlternativeNameExtension(names)]),
    await SubjectKeyIdentifierExtension.create(publicKey),
    await AuthorityKeyIdentifierExtension.create(authority),
  ];
}

/** 16 random bytes, the first bit clear: positive and never twice (RFC 5280, 4.1.2.2). */
function newSerialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString('hex');
}

async function exportKey(key: CryptoKey): Promise<string> {
  return toPem('PRIVATE KEY', await crypto.subtle.exportKey('pkcs8', key));
}

/** RFC 7468. The library labels a revocation list `CRL`, which OpenSSL does not read. */
function toPem(label: string, der: ArrayBuffer): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}

function importKey(pem: string): Promise<CryptoKey> {
  const der = createPrivateKey(pem).export({ type: 'pkcs8', format: 'der' });
  return crypto.subtle.importKey('pkcs8', new Uint8Array(der), EC_P256, false, ['sign']);
}

/** In one step, and never readable by others for a moment when it is a secret. */
function writeFile(path: string, text: string, mode: number): void {
  writeFileSync(`${path}.new`, text.endsWith('\n') ? text : `${text}\n`, { mode });
  renameSync(`${path}.new`, path);
}
