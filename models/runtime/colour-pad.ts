import type { InstalledPack } from '../packs/installed-pack.ts';
import type { PackPad } from '../packs/pack-manifest.ts';
import type { FaceBox } from './analysis.ts';
import { stretch } from './geometry.ts';
import { Network, type NetworkMeter, outputOf } from './network.ts';
import type { PicturePyramid } from './warp.ts';

interface PadNetwork {
  readonly spec: PackPad['models'][number];
  readonly network: Network;
}

/** The pack's networks that tell a live face from a picture of one by colour alone. */
export class ColourPad {
  private readonly networks: readonly PadNetwork[];

  private constructor(networks: readonly PadNetwork[]) {
    this.networks = networks;
  }

  static async load(pack: InstalledPack, meter: NetworkMeter): Promise<ColourPad> {
    const networks: PadNetwork[] = [];
    for (const spec of pack.manifest.pad.models) {
      networks.push({ spec, network: await Network.load(pack.dir, spec.model, meter) });
    }
    return new ColourPad(networks);
  }

  async close(): Promise<void> {
    for (const { network } of this.networks) await network.close();
  }

  /** Mean live probability of the pack's networks, 0 (attack) to 1 (live). */
  async liveness(source: PicturePyramid, box: FaceBox): Promise<number> {
    let sum = 0;
    for (const { spec, network } of this.networks) {
      const { input } = spec.model;
      const region = scaledInside(box, spec.cropScale, source.picture);
      const outputs = await network.runOn(source, stretch(region, input.width, input.height));
      const values = outputOf(outputs, spec.output);
      const probabilities = spec.outputKind === 'logits' ? softmax(values) : values;
      sum += probabilities[spec.liveIndex] ?? 0;
    }
    return sum / this.networks.length;
  }
}

/**
 * The box scaled about its centre, as large as the picture allows, then shifted inside it
 * (minivision-ai/Silent-Face-Anti-Spoofing, `generate_patches.py`).
 */
function scaledInside(
  box: FaceBox,
  wanted: number,
  picture: { readonly width: number; readonly height: number },
): FaceBox {
  const scale = Math.min(wanted, picture.width / box.width, picture.height / box.height);
  const width = box.width * scale;
  const height = box.height * scale;
  const x = box.x + box.width / 2 - width / 2;
  const y = box.y + box.height / 2 - height / 2;
  return {
    x: Math.max(0, Math.min(x, picture.width - width)),
    y: Math.max(0, Math.min(y, picture.height - height)),
    width,
    height,
  };
}

function softmax(logits: Float32Array): Float32Array {
  const highest = Math.max(...logits);
  const powers = logits.map((value) => Math.exp(value - highest));
  const sum = powers.reduce((total, value) => total + value, 0);
  return powers.map((value) => value / sum);
}
