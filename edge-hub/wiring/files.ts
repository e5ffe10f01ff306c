import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  keyRingFile,
  readKeyRing,
  type TemplateKeyRing,
} from '../../models/template-protection/key-ring.ts';
import type { HubSettings } from '../env.ts';
import { adminToken, secretFile } from '../identity.ts';

/** Reads the certificates; reads the keys of this hub, which are made where they are not there yet. */
export function readFiles(settings: HubSettings, random: (bytes: number) => Buffer) {
  const { tls, dataDir } = settings;
  const ca = readFileSync(tls.caPath, 'utf8');
  return {
    tls: {
      cert: readFileSync(tls.certPath, 'utf8'),
      key: readFileSync(tls.keyPath, 'utf8'),
      ca,
    },
    authority: new X509Certificate(ca),
    hubKey: secretFile(join(dataDir, 'hub.key'), random),
    sealingSeed: secretFile(join(dataDir, 'sealing.key'), random),
    templateKeys: templateKeys(settings, random),
    adminToken: adminToken(settings.adminTokenFile, random),
  };
}

/** @throws KeyRingError where the keys that were handed out are not there */
function templateKeys(settings: HubSettings, random: (bytes: number) => Buffer): TemplateKeyRing {
  const { templateKeyFile, dataDir } = settings;
  if (templateKeyFile !== undefined) return readKeyRing(templateKeyFile);
  return keyRingFile(join(dataDir, 'template.keys'), random);
}
