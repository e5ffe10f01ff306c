import { fusedPack } from './fused-pack.ts';
import { openFusedPack } from './open-fused-pack.ts';
import { openPack } from './open-pack.ts';
import { openvinoPack } from './openvino-pack.ts';
import type { PackManifest } from './pack-manifest.ts';

const packs: readonly PackManifest[] = [openPack, openFusedPack, openvinoPack, fusedPack];

/** Names of all packs that can be installed. */
export const packNames = (): readonly string[] => packs.map((pack) => pack.name);

/** No pack of that name. */
export class UnknownPackError extends Error {
  override readonly name = 'UnknownPackError';

  constructor(packName: string) {
    super(`unknown model pack "${packName}"; known: ${packNames().join(', ')}`);
  }
}

/**
 * The manifest of a pack by its name (`open`, `open-fused`…).
 *
 * @throws UnknownPackError
 */
export function findPackManifest(packName: string): PackManifest {
  const found = packs.find((pack) => pack.name === packName);
  if (found === undefined) throw new UnknownPackError(packName);
  return found;
}
