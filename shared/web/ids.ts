import { uuidV7 } from '../domain/ids.ts';

/** A new UUIDv7 from the browser's clock and randomness. */
export function newId(): string {
  return uuidV7(Date.now(), crypto.getRandomValues(new Uint8Array(10)));
}
