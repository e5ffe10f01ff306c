import type { InstalledPack } from '../packs/installed-pack.ts';
import type { PackEmbed } from '../packs/pack-manifest.ts';
import type { FivePoints } from './analysis.ts';
import { alignTo, mirrored } from './geometry.ts';
import { Network, type NetworkMeter, outputOf } from './network.ts';
import type { PicturePyramid } from './warp.ts';

/** The pack's embedding network. */
export class Embedder {
  private readonly spec: PackEmbed;
  private readonly network: Network;

  private constructor(spec: PackEmbed, network: Network) {
    this.spec = spec;
    this.network = network;
  }

  static async load(pack: InstalledPack, meter: NetworkMeter): Promise<Embedder> {
    const spec = pack.manifest.embed;
    return new Embedder(spec, await Network.load(pack.dir, spec.model, meter));
  }

  close(): Promise<void> {
    return this.network.close();
  }

  /**
   * Embeds an aligned face; L2-normalised.
   *
   * @param mirror whether to add the mirrored face's embedding: a little better, twice the time
   */
  async embed(source: PicturePyramid, points: FivePoints, mirror: boolean): Promise<Float32Array> {
    const crop = alignTo(points, this.spec.template);
    // The output is the session's own buffer: copied before the next run.
    const sum = Float32Array.from(
      outputOf(await this.network.runOn(source, crop), this.spec.output),
    );
    if (mirror) {
      const flipped = mirrored(crop, this.spec.model.input.width);
      const other = outputOf(await this.network.runOn(source, flipped), this.spec.output);
      for (let i = 0; i < sum.length; i += 1) sum[i] = (sum[i] as number) + (other[i] as number);
    }
    return normalise(sum);
  }
}

/** Scales to unit length in place. A vector of zeros stays as it is. */
export function normalise(vector: Float32Array): Float32Array {
  let squares = 0;
  for (const value of vector) squares += value * value;
  if (squares === 0) return vector;
  const factor = 1 / Math.sqrt(squares);
  for (let i = 0; i < vector.length; i += 1) vector[i] = (vector[i] as number) * factor;
  return vector;
}

/** Dot product: the cosine of two unit vectors. */
export function cosine(p: Float32Array, q: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < p.length; i += 1) sum += (p[i] as number) * (q[i] as number);
  return sum;
}
