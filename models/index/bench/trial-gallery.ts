import { availableParallelism } from 'node:os';
import { GalleryThreads } from './gallery-threads.ts';
import type { ScanBest, Vectors } from './plain-scan.ts';
import { SyntheticPeople } from './synthetic-people.ts';

export interface TrialSettings {
  readonly rows: number;
  readonly dimension: number;
  /** Half of them of people in the gallery, half of strangers. */
  readonly queries: number;
  readonly seed: number;
  readonly onProgress: (text: string) => void;
}

/** A gallery, probes, and who the best is for each. */
export interface TrialGallery {
  readonly rows: number;
  readonly templates: Vectors;
  readonly probes: readonly TrialProbe[];
  /** Cosines of two people of the gallery, of 100,000 pairs. */
  readonly impostors: { readonly mean: number; readonly deviation: number };
}

export interface TrialProbe {
  readonly embedding: Float32Array;
  readonly isGenuine: boolean;
  readonly best: ScanBest;
}

const PAIRS = 100_000;

/** Makes a gallery on all cores and finds out the truth about it by plain scans. */
export async function makeTrialGallery(settings: TrialSettings): Promise<TrialGallery> {
  const { rows, dimension, queries, seed, onProgress } = settings;
  const threads = availableParallelism();
  const templates: Vectors = {
    dimension,
    values: new Float32Array(new SharedArrayBuffer(rows * dimension * 4)),
  };
  onProgress(`making ${rows} people`);
  const makers = await GalleryThreads.start({ kind: 'people', rows: templates, seed }, threads);
  await makers.run(rows);
  await makers.close();
  const probes = probesOf(templates, settings);
  const values = new Float32Array(new SharedArrayBuffer(queries * dimension * 4));
  for (const [i, { embedding }] of probes.entries()) values.set(embedding, i * dimension);
  onProgress(`finding out the truth for ${queries} probes`);
  const task = { kind: 'truth', rows: templates, probes: { dimension, values } } as const;
  const scanners = await GalleryThreads.start(task, threads);
  const found = await scanners.run(rows);
  await scanners.close();
  return {
    rows,
    templates,
    impostors: cosinesOfPairs(templates, rows),
    probes: probes.map((probe, i) => ({ ...probe, best: bestOf(found.map((part) => part[i])) })),
  };
}

function probesOf(templates: Vectors, { rows, dimension, queries, seed }: TrialSettings) {
  const people = new SyntheticPeople({ dimension, seed });
  return Array.from({ length: queries }, (_, i) => {
    const isGenuine = i % 2 === 0;
    if (!isGenuine) return { embedding: people.impostorProbe(i), isGenuine };
    // spread over the gallery; every tenth probe is of somebody who has a look-alike
    const person = Math.floor((i / queries) * rows);
    const chosen = i % 20 === 0 ? Math.min(rows - 1, person - (person % 40) + 1) : person;
    const at = chosen * dimension;
    const template = templates.values.subarray(at, at + dimension);
    return { embedding: people.genuineProbe(i, template), isGenuine };
  });
}

/** The best of the parts; the first of equal ones. */
function bestOf(parts: readonly (ScanBest | undefined)[]): ScanBest {
  let best: ScanBest = { row: -1, score: -Infinity };
  for (const part of parts) if (part && part.score > best.score) best = part;
  return best;
}

function cosinesOfPairs({ dimension, values }: Vectors, rows: number) {
  let [sum, squares] = [0, 0];
  const pairs = rows < 4 ? 0 : PAIRS;
  for (let k = 0; k < pairs; k += 1) {
    const one = Math.imul(k, 2_654_435_761) >>> 0;
    const p = one % rows;
    // never itself, and never its look-alike next to it
    const q = (p + 2 + ((one >>> 7) % (rows - 3))) % rows;
    let cosine = 0;
    for (let i = 0; i < dimension; i += 1) {
      cosine += (values[p * dimension + i] as number) * (values[q * dimension + i] as number);
    }
    sum += cosine;
    squares += cosine ** 2;
  }
  const mean = sum / pairs;
  return { mean, deviation: Math.sqrt(squares / pairs - mean ** 2) };
}
