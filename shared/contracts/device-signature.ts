import { z } from 'zod';

/** ES256 by the device key: 64 bytes r||s as WebCrypto makes it, or DER as openssl does. */
export const signatureSchema = z.strictObject({
  format: z.enum(['ieee-p1363', 'der']),
  value: z.base64().max(200),
});
