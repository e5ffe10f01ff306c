import type { X509Certificate } from 'node:crypto';
import {
  announcementSigningInput,
  type HubAnnouncement,
} from '../../shared/contracts/hub-events.ts';
import { commonNameOf, parseCertificate, verifyEs256 } from '../terminals/terminal-registry.ts';

/**
 * Whether a hub is who it says: a valid certificate of the operator's authority in its name, whose key has
 * signed the sealing key. Central passes announcements on but cannot put in a key of its own.
 */
export function isGenuine(
  announcement: HubAnnouncement,
  authority: X509Certificate,
  nowMs: number,
): boolean {
  const certificate = parseCertificate(announcement.certificatePem);
  if (!certificate) return false;
  const issued = certificate.checkIssued(authority) && certificate.verify(authority.publicKey);
  const current =
    Date.parse(certificate.validFrom) <= nowMs && nowMs <= Date.parse(certificate.validTo);
  if (!issued || !current || commonNameOf(certificate) !== announcement.hubId) return false;
  return verifyEs256({
    key: certificate.publicKey,
    text: announcementSigningInput(announcement),
    signature: Buffer.from(announcement.signature, 'base64'),
    format: 'ieee-p1363',
  });
}
