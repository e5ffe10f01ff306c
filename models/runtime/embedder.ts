import type { InstalledPack } from '../packs/installed-pack.ts';
import type { PackEmbedNetwork } from '../packs/pack-manifest.ts';
import type { FivePoints } from './analysis.ts';
import { alignTo, mirrored as mirrorCrop, scaleTemplate } from './geometry.ts';
import { Network, type NetworkMeter, outputOf } from './network.ts';
import type { PicturePyramid } from './warp.ts';

interface EmbedNetwork {
  readonly spec: PackEmbedNetwork;
  readonly network: Network;
}

/** The pack's embedding networks, which together make one embedding. */
export class Embedder {
  private readonly networks: readonly EmbedNetwork[];

  private constructor(networks: readonly EmbedNetwork[]) {
    this.networks = networks;
  }

  static async load(pack: InstalledPack, meter: NetworkMeter): Promise<Embedder> {
    const networks: EmbedNetwork[] = [];
    for (const spec of pack.manifest.embed.networks) {
      const network = await Network.loadReusingOutputs(pack.dir, spec.model, meter);
      networks.push({ spec, network });
    }
    return new Embedder(networks);
  }

  /** Overwrites what the networks hold of the last faces. */
  async forget(): Promise<void> {
    for (const { network } of this.networks) await network.runBlank();
  }

  async close(): Promise<void> {
    for (const { network } of this.networks) await network.close();
  }

  /** Embeds a face as the mean of one or more looks at it; L2-normalised. */
  async embed(source: PicturePyramid, looks: readonly AlignedLook[]): Promise<Float32Array> {
    const parts: WeightedEmbedding[] = [];
    for (const { spec, network } of this.networks) {
      const sum = new Float32Array(spec.dimension);
      for (const { points, mirrored, scale } of cropsOf(spec, looks)) {
        const { width } = spec.model.input;
        const crop = alignTo(points, scaleTemplate(spec.template, scale, width));
        const cut = mirrored ? mirrorCrop(crop, width) : crop;
        const values = outputOf(await network.runOn(source, cut), spec.output);
        for (let i = 0; i < sum.length; i += 1) sum[i] = (sum[i] as number) + (values[i] as number);
        values.fill(0);
      }
      parts.push({ embedding: normalise(sum), weight: spec.weight });
    }
    const joined = joinEmbeddings(parts);
    for (const { embedding } of parts) if (embedding !== joined) embedding.fill(0);
    return joined;
  }
}

/** One crop of the face: where its five points are in the picture, and whether it is mirrored left to right. */
export interface AlignedLook {
  readonly points: FivePoints;
  readonly mirrored: boolean;
}

/**
 * What is cut out of the picture for a network. A frame of a burst shows one look, at its own size; who has the time for both
 * looks (an enrolment) takes each of them at both sizes.
 */
export function cropsOf(
  { lookScales }: Pick<PackEmbedNetwork, 'lookScales'>,
  looks: readonly AlignedLook[],
): readonly (AlignedLook & { readonly scale: number })[] {
  if (!lookScales) return looks.map((look) => ({ ...look, scale: 1 }));
  const { plain, mirrored } = lookScales;
  const [only] = looks;
  if (only && looks.length === 1) return [{ ...only, scale: only.mirrored ? mirrored : plain }];
  return looks.flatMap((look) => [plain, mirrored].map((scale) => ({ ...look, scale })));
}

/** One network's embedding, of unit length, and its share in the score. */
export interface WeightedEmbedding {
  readonly embedding: Float32Array;
  readonly weight: number;
}

/**
 * Puts unit vectors end to end, each scaled by the root of its weight's share: again of unit length, and the
 * cosine of two such vectors is the weighted mean of their parts' cosines.
 */
export function joinEmbeddings(parts: readonly WeightedEmbedding[]): Float32Array {
  const [only] = parts;
  if (only && parts.length === 1) return only.embedding;
  const total = parts.reduce((sum, part) => sum + part.weight, 0);
  const joined = new Float32Array(parts.reduce((sum, part) => sum + part.embedding.length, 0));
  let at = 0;
  for (const { embedding, weight } of parts) {
    const factor = Math.sqrt(weight / total);
    for (const value of embedding) {
      joined[at] = value * factor;
      at += 1;
    }
  }
  return normalise(joined);
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
