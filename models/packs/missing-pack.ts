import { PackNotInstalledError } from './installed-pack.ts';
import { UnknownPackError } from './pack-catalogue.ts';

/** Whether a command was given the name of a pack that does not exist or is not installed. */
export function isMissingPack(error: unknown): boolean {
  return error instanceof UnknownPackError || error instanceof PackNotInstalledError;
}
