import { type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { RandomBytes } from './sealing.ts';

/**
 * What a PIN is checked by. It lies sealed with the template, so it takes the hub's key AND the work of a
 * memory-hard function to try the million PINs on somebody.
 */
export const pinVerifierSchema = z.strictObject({
  algorithm: z.literal('scrypt'),
  /** Costs as the enrolling hub had them; bounded, or a replica could make this hub work without end. */
  n: z.literal([2 ** 14, 2 ** 15, 2 ** 16, 2 ** 17]),
  r: z.int().min(1).max(16),
  p: z.int().min(1).max(8),
  salt: z.base64().max(64),
  hash: z.base64().max(128),
});
export type PinVerifier = z.infer<typeof pinVerifierSchema>;

/** 32 MiB and about a fifth of a second of a busy core. One pass: the seal around it is the first lock, and somebody waits. */
const COSTS = { n: 2 ** 15, r: 8, p: 1 } as const;
const SALT_BYTES = 16;
const HASH_BYTES = 32;
const SIMPLEST = ['0123456789', '9876543210'];

/** Six digits, as every payment PIN in China has. */
export const PIN_PATTERN = /^\d{6}$/;

/** What everybody tries first: one digit six times, or six in a row. */
export function isTooSimple(pin: string): boolean {
  return /^(\d)\1*$/.test(pin) || SIMPLEST.some((row) => row.includes(pin));
}

/** @param random cryptographically strong bytes */
export async function hashPin(pin: string, random: RandomBytes): Promise<PinVerifier> {
  const salt = random(SALT_BYTES);
  const hash = await derive(pin, salt, COSTS);
  return {
    algorithm: 'scrypt',
    ...COSTS,
    salt: salt.toString('base64'),
    hash: hash.toString('base64'),
  };
}

/** What a PIN is tried on where there is nobody to try it on: the same work, and right for no PIN. */
export function decoyVerifier(random: RandomBytes): PinVerifier {
  return {
    algorithm: 'scrypt',
    ...COSTS,
    salt: random(SALT_BYTES).toString('base64'),
    hash: random(HASH_BYTES).toString('base64'),
  };
}

/** Off the main thread, in the thread pool. */
export async function isPin(pin: string, verifier: PinVerifier): Promise<boolean> {
  const wanted = Buffer.from(verifier.hash, 'base64');
  const hash = await derive(pin, Buffer.from(verifier.salt, 'base64'), verifier);
  return wanted.length === hash.length && timingSafeEqual(wanted, hash);
}

function derive(
  pin: string,
  salt: Buffer,
  { n, r, p }: { readonly n: number; readonly r: number; readonly p: number },
): Promise<Buffer> {
  // what scrypt needs is 128 * n * r bytes; the rest is Node's own margin
  const options: ScryptOptions = { N: n, r, p, maxmem: 2 * 128 * n * r };
  return new Promise((resolve, reject) => {
    scrypt(pin, salt, HASH_BYTES, options, (error, key) => {
      if (error) reject(error);
      else resolve(key);
    });
  });
}
