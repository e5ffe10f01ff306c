import { z } from 'zod';
import { nameSchema, uuidSchema } from '../../shared/contracts/primitives.ts';
import { phoneSchema } from '../../shared/contracts/terminal-claims.ts';
import { err, ok, type Result } from '../../shared/kernel/result.ts';
import type { EnrolmentRequest } from '../enrolment/enrolment-service.ts';
import { PIN_PATTERN } from '../enrolment/pin-hash.ts';

const MAX_PHOTOS = 5;
const MAX_PHOTO_BYTES = 8 * 1024 * 1024;
/** Most bytes of the whole upload. */
export const MAX_ENROLMENT_BYTES = MAX_PHOTOS * MAX_PHOTO_BYTES + 64 * 1024;

const consentSchema = z.strictObject({
  textVersion: z.string().min(1).max(32),
  language: z.enum(['zh-CN', 'en']),
  streets: z.array(nameSchema).min(1).max(50),
});

/** Reads the enrolment form. The failure names the field, never its content. */
export async function readEnrolmentForm(form: FormData): Promise<Result<EnrolmentRequest, string>> {
  const consent = consentSchema.safeParse(jsonOf(form.get('consent')));
  if (!consent.success) return err('consent: JSON {textVersion, language, streets}');
  const enrolmentId = uuidSchema.safeParse(form.get('enrolmentId'));
  if (!enrolmentId.success) return err('enrolmentId: a UUID');
  const phoneLast4 = textOf(form.get('phoneLast4'));
  if (phoneLast4 !== null && !/^\d{4}$/.test(phoneLast4)) return err('phoneLast4: four digits');
  const phone = textOf(form.get('phone'));
  if (phone !== null && !phoneSchema.safeParse(phone).success) return err('phone: 8-15 digits');
  const pin = textOf(form.get('pin'));
  if (pin !== null && !PIN_PATTERN.test(pin)) return err('pin: six digits');
  const files = form.getAll('photos').filter((entry) => entry instanceof File);
  if (files.length < 1 || files.length > MAX_PHOTOS) return err(`photos: 1-${MAX_PHOTOS} files`);
  if (files.some((file) => file.size > MAX_PHOTO_BYTES)) {
    return err(`photos: at most ${MAX_PHOTO_BYTES} bytes each`);
  }
  const photos = await Promise.all(
    files.map(async (file) => new Uint8Array(await file.arrayBuffer())),
  );
  return ok({
    enrolmentId: enrolmentId.data,
    photos,
    consent: consent.data,
    phone,
    phoneLast4,
    pin,
    minor: form.get('minor') === 'yes',
    twin: form.get('twin') === 'yes',
  });
}

/** An empty field says nothing; a file in its place is nothing that any pattern fits. */
function textOf(value: unknown): string | null {
  if (value === null || value === '') return null;
  return typeof value === 'string' ? value : 'a file';
}

function jsonOf(value: unknown): unknown {
  if (typeof value !== 'string') return undefined;
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}
