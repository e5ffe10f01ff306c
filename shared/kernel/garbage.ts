import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { z } from 'zod';

const collectSchema = z.custom<() => void>((value) => typeof value === 'function');

/**
 * A function that collects this thread's garbage at once. For what only a collection wipes: keys inside of OpenSSL's
 * contexts are overwritten when their JavaScript objects die, not before.
 */
export function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc');
  const collect = collectSchema.parse(runInNewContext('gc'));
  setFlagsFromString('--no-expose-gc');
  return collect;
}
