import { verify, X509Certificate } from 'node:crypto';
import {
  announcementSigningInput,
  erasureSigningInput,
  type HubAnnouncement,
  type HubEventData,
} from '../../shared/contracts/hub-events.ts';
import { err, ok, type Result } from '../../shared/kernel/result.ts';

export type VouchingError = 'bad_certificate' | 'wrong_hub' | 'bad_signature';

/** id-kp-serverAuth (RFC 5280, 4.2.1.12): hubs have it, terminals' certificates have not. */
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';

/** The operator's certificate authorities, PEM, one or more in a row. */
export function readAuthorities(pem: string): X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return blocks.map((block) => new X509Certificate(block));
}

/**
 * Checks that a hub is who it says: its certificate is of one of our authorities, valid now, for the
 * hub that the event came from, and its key signed the sealing key and the street.
 */
export function checkAnnouncement(
  announcement: HubAnnouncement,
  against: {
    readonly hubId: string;
    readonly authorities: readonly X509Certificate[];
    readonly nowMs: number;
  },
): Result<void, VouchingError> {
  const certificate = parseCertificate(announcement.certificatePem);
  if (!certificate || !isOurs(certificate, against)) return err('bad_certificate');
  if (announcement.hubId !== against.hubId || commonName(certificate) !== against.hubId) {
    return err('wrong_hub');
  }
  return isSigned(certificate, announcementSigningInput(announcement), announcement.signature)
    ? ok(undefined)
    : err('bad_signature');
}

/** Checks a receipt's signature against the certificate that the hub announced itself with. */
export function checkReceipt(
  receipt: HubEventData<'erasure.receipt'>,
  certificatePem: string,
): Result<void, VouchingError> {
  const certificate = parseCertificate(certificatePem);
  if (!certificate) return err('bad_certificate');
  return isSigned(certificate, erasureSigningInput(receipt), receipt.signature)
    ? ok(undefined)
    : err('bad_signature');
}

function parseCertificate(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

function isOurs(
  certificate: X509Certificate,
  { authorities, nowMs }: { authorities: readonly X509Certificate[]; nowMs: number },
): boolean {
  return (
    !certificate.ca &&
    certificate.keyUsage.includes(SERVER_AUTH) &&
    Date.parse(certificate.validFrom) <= nowMs &&
    nowMs <= Date.parse(certificate.validTo) &&
    authorities.some(
      (authority) =>
        certificate.checkIssued(authority) &&
        certificate.verify(authority.publicKey) &&
        nowMs <= Date.parse(authority.validTo),
    )
  );
}

function commonName(certificate: X509Certificate): string | undefined {
  const names = certificate.subject.split('\n').filter((part) => part.startsWith('CN='));
  return names.length === 1 ? names[0]?.slice('CN='.length) : undefined;
}

function isSigned(certificate: X509Certificate, input: string, signature: string): boolean {
  try {
    return verify(
      'sha256',
      Buffer.from(input),
      { key: certificate.publicKey, dsaEncoding: 'ieee-p1363' },
      Buffer.from(signature, 'base64'),
    );
  } catch {
    // a key of a kind that makes no such signatures
    return false;
  }
}
