import { createHash, createPublicKey, type KeyObject, verify, X509Certificate } from 'node:crypto';
import {
  KIOSK_LOGIN_MAX_AGE_MS,
  kioskLoginSchema,
  kioskLoginSigningInput,
} from '../../shared/contracts/kiosk-login.ts';
import type { Clock } from '../../shared/kernel/clock.ts';
import { err, ok, type Result } from '../../shared/kernel/result.ts';
import type { AuditStore } from '../audit/audit-store.ts';
import type { Transact } from '../db/database.ts';
import type { HubEvents } from '../events.ts';
import type { TerminalRow, TerminalStore } from './terminal-store.ts';

export interface Terminal {
  readonly terminalId: string;
  readonly shopId: string;
  readonly shopName: string;
  readonly merchantId: string;
  readonly access: 'certificate' | 'token';
  readonly depth: boolean;
  readonly infrared: boolean;
  readonly registeredAt: string;
  readonly revokedAt: string | null;
  readonly publicKey: KeyObject;
}

export interface ShopOfTerminal {
  readonly terminalId: string;
  readonly shopId: string;
  readonly shopName: string;
  readonly merchantId: string;
}

/** What a terminal's camera has beside colour: its frames must then hold it. */
export interface CameraOfTerminal {
  readonly depth: boolean;
  /** Only beside depth. */
  readonly infrared: boolean;
}

export type RegistrationFailure = 'unsuitable_key' | 'certificate_rejected' | 'terminal_exists';
export type PairingFailure = 'pairing_code_invalid' | 'unsuitable_key' | 'terminal_exists';
export type LoginFailure = 'unknown' | 'revoked' | 'wrong_credential' | 'stale' | 'nonce_spent';

export interface RegistryParts {
  readonly store: TerminalStore;
  readonly audit: AuditStore;
  readonly events: HubEvents;
  readonly transact: Transact;
  readonly clock: Clock;
  /** The operator's certificate authority. */
  readonly authority: X509Certificate;
  readonly random: (bytes: number) => Buffer;
  /** Called when a terminal may no longer connect. */
  readonly onRevoked: (terminalId: string) => void;
}

const PAIRING_LIFE_MS = 10 * 60_000;
/** Without 0/O and 1/I: a shopkeeper types it from one screen into another. */
const CODE_ALPHABET = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';
const CODE_LENGTH = 8;
/** Of each of a signature's two numbers. */
const P256_BYTES = 32;

/** Which terminals there are, and how each proves that it is itself. */
export class TerminalRegistry {
  private readonly parts: RegistryParts;
  /** Parsed keys; small, and cleared of what is revoked. */
  private readonly cache = new Map<string, Terminal>();

  constructor(parts: RegistryParts) {
    this.parts = parts;
  }

  find(terminalId: string): Terminal | undefined {
    const cached = this.cache.get(terminalId);
    if (cached) return cached;
    const row = this.parts.store.find(terminalId);
    if (!row) return undefined;
    const terminal = terminalOf(row);
    this.cache.set(terminalId, terminal);
    return terminal;
  }

  all(): Terminal[] {
    return this.parts.store.all().map(terminalOf);
  }

  /** Registers a terminal with its certificate. The same again changes nothing. */
  registerByCertificate(
    shop: ShopOfTerminal,
    certificatePem: string,
    camera: CameraOfTerminal,
  ): Result<Terminal, RegistrationFailure> {
    const certificate = parseCertificate(certificatePem);
    if (!certificate || !certificate.verify(this.parts.authority.publicKey)) {
      return err('certificate_rejected');
    }
    if (commonNameOf(certificate) !== shop.terminalId) return err('certificate_rejected');
    return this.register(shop, { key: certificate.publicKey, access: 'certificate', ...camera });
  }

  /** Registers a terminal with its public key alone; with mutual TLS its certificate must carry the same key. */
  registerByKey(
    shop: ShopOfTerminal,
    publicKeyPem: string,
    camera: CameraOfTerminal,
  ): Result<Terminal, RegistrationFailure> {
    const key = parseKey(() => createPublicKey(publicKeyPem));
    if (!key) return err('unsuitable_key');
    return this.register(shop, { key, access: 'certificate', ...camera });
  }

  /** A one-time code with which a kiosk may register its own key. */
  createPairingCode(shop: ShopOfTerminal): { readonly code: string; readonly expiresAt: string } {
    const { store, audit, transact, clock, random } = this.parts;
    const letters = Array.from(
      random(CODE_LENGTH),
      (byte) => CODE_ALPHABET[byte % CODE_ALPHABET.length],
    );
    const code = letters.join('');
    const expiresAt = new Date(clock.now() + PAIRING_LIFE_MS).toISOString();
    transact(() => {
      store.insertPairing({ ...shop, codeHash: codeHash(code), expiresAt, usedAt: null });
      audit.record('pairing.create', 'operator', shop.terminalId);
    });
    return { code, expiresAt };
  }

  /** A kiosk registers its key. A kiosk has no depth camera. */
  pair(code: string, publicKeySpki: Buffer): Result<Terminal, PairingFailure> {
    const { store, audit, transact, clock } = this.parts;
    const key = parseKey(() =>
      createPublicKey({ key: publicKeySpki, format: 'der', type: 'spki' }),
    );
    if (!key) return err('unsuitable_key');
    const hash = codeHash(code.toUpperCase().replaceAll(/[\s-]/g, ''));
    const now = new Date(clock.now()).toISOString();
    return transact(() => {
      const pairing = store.findPairing(hash);
      if (!pairing || pairing.usedAt !== null || pairing.expiresAt <= now) {
        return err('pairing_code_invalid');
      }
      const { terminalId, shopId, shopName, merchantId } = pairing;
      const shop = { terminalId, shopId, shopName, merchantId };
      const registered = this.register(shop, {
        key,
        access: 'token',
        depth: false,
        infrared: false,
      });
      if (!registered.ok) return err('terminal_exists');
      store.usePairing(hash, now);
      audit.record('pairing.use', 'kiosk', terminalId);
      return registered;
    });
  }

  /** Ends a terminal for good. Returns false when there is none. */
  revoke(terminalId: string): boolean {
    const { store, audit, transact, clock, onRevoked } = this.parts;
    const terminal = this.find(terminalId);
    if (!terminal) return false;
    if (terminal.revokedAt === null) {
      transact(() => {
        store.revoke(terminalId, new Date(clock.now()).toISOString());
        audit.record('terminal.revoke', 'operator', terminalId);
      });
      this.cache.delete(terminalId);
    }
    onRevoked(terminalId);
    return true;
  }

  /** By the certificate of a mutual TLS connection, which TLS has checked against the authority. */
  loginByCertificate(
    clientId: string,
    certificate: X509Certificate,
  ): Result<Terminal, LoginFailure> {
    const terminal = this.find(clientId);
    if (!terminal) return err('unknown');
    if (terminal.revokedAt !== null) return err('revoked');
    const same =
      commonNameOf(certificate) === clientId && certificate.publicKey.equals(terminal.publicKey);
    return same ? ok(terminal) : err('wrong_credential');
  }

  /** By a kiosk's signed token (`shared/contracts/kiosk-login.ts`). */
  loginByToken(clientId: string, password: string): Result<Terminal, LoginFailure> {
    const { store, transact, clock } = this.parts;
    const parsed = kioskLoginSchema.safeParse(parseJson(password));
    if (!parsed.success || parsed.data.terminalId !== clientId) return err('wrong_credential');
    const login = parsed.data;
    const terminal = this.find(clientId);
    if (!terminal) return err('unknown');
    if (terminal.revokedAt !== null) return err('revoked');
    if (terminal.access !== 'token') return err('wrong_credential');
    const signed = verifyEs256({
      key: terminal.publicKey,
      text: kioskLoginSigningInput(login),
      signature: Buffer.from(login.signature, 'base64'),
      format: 'ieee-p1363',
    });
    if (!signed) return err('wrong_credential');
    const now = clock.now();
    // up to but not at the limit: that is the moment at which a nonce may be forgotten
    if (Math.abs(now - Date.parse(login.at)) >= KIOSK_LOGIN_MAX_AGE_MS) return err('stale');
    const expiresAt = new Date(now + 2 * KIOSK_LOGIN_MAX_AGE_MS).toISOString();
    const spent = transact(() =>
      store.spendNonce(`${clientId} ${login.nonce}`, new Date(now).toISOString(), expiresAt),
    );
    return spent ? ok(terminal) : err('nonce_spent');
  }

  private register(
    shop: ShopOfTerminal,
    proof: { key: KeyObject; access: 'certificate' | 'token' } & CameraOfTerminal,
  ): Result<Terminal, 'unsuitable_key' | 'terminal_exists'> {
    const { store, audit, events, transact, clock } = this.parts;
    if (!isP256(proof.key)) return err('unsuitable_key');
    const known = this.find(shop.terminalId);
    if (known) {
      const same =
        known.revokedAt === null &&
        known.publicKey.equals(proof.key) &&
        known.access === proof.access &&
        known.shopId === shop.shopId &&
        known.merchantId === shop.merchantId;
      return same ? ok(known) : err('terminal_exists');
    }
    const row: TerminalRow = {
      ...shop,
      publicKeySpki: proof.key.export({ format: 'der', type: 'spki' }),
      access: proof.access,
      depth: proof.depth,
      infrared: proof.infrared,
      registeredAt: new Date(clock.now()).toISOString(),
      revokedAt: null,
    };
    transact(() => {
      store.insert(row);
      audit.record(
        'terminal.register',
        proof.access === 'token' ? 'kiosk' : 'operator',
        shop.terminalId,
      );
      events.terminalRegistered(shop);
    });
    return ok(terminalOf(row));
  }
}

/** ES256 over UTF-8 text. False for anything that is not a valid signature, however malformed. */
export function verifyEs256(check: {
  readonly key: KeyObject;
  readonly text: string;
  readonly signature: Buffer;
  readonly format: 'ieee-p1363' | 'der';
}): boolean {
  const { key, text, signature, format } = check;
  const der = format === 'der' ? signature : derOf(signature);
  try {
    return der !== undefined && verify('sha256', Buffer.from(text, 'utf8'), key, der);
  } catch {
    return false;
  }
}

/**
 * A raw signature's two numbers as DER has them, which is what Node checks by a bare key object: what the key in
 * `{ key, dsaEncoding }` is it finds out by throwing errors, for a third of the time that the check takes.
 */
function derOf(raw: Buffer): Buffer | undefined {
  if (raw.length !== 2 * P256_BYTES) return undefined;
  const r = derNumber(raw.subarray(0, P256_BYTES));
  const s = derNumber(raw.subarray(P256_BYTES));
  return Buffer.concat([Buffer.of(0x30, r.length + s.length), r, s]);
}

/** Without leading zeros, but for the one without which the first bit would be a sign. */
function derNumber(bytes: Buffer): Buffer {
  const from = bytes.findIndex((byte, at) => byte !== 0 || at === bytes.length - 1);
  const zeros = (bytes[from] ?? 0) >> 7;
  const head = [0x02, zeros + bytes.length - from];
  return Buffer.concat([Buffer.from(zeros === 1 ? [...head, 0] : head), bytes.subarray(from)]);
}

/** The certificate's common name, which names a terminal or hub. */
export function commonNameOf(certificate: X509Certificate): string | undefined {
  return /(?:^|\n)CN=([^\n]+)/.exec(certificate.subject)?.[1];
}

/** Reads a certificate; undefined when it is none. */
export function parseCertificate(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

function terminalOf(row: TerminalRow): Terminal {
  const { publicKeySpki, ...rest } = row;
  return {
    ...rest,
    publicKey: createPublicKey({ key: publicKeySpki, format: 'der', type: 'spki' }),
  };
}

function parseKey(read: () => KeyObject): KeyObject | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function isP256(key: KeyObject): boolean {
  return key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1';
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function codeHash(code: string): Buffer {
  return createHash('sha256').update(`wuma-pairing-1\n${code}`).digest();
}
