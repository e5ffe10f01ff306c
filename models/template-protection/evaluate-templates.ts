import { createHash } from 'node:crypto';
import { present } from '../../shared/kernel/assert.ts';
import { seededRandom } from '../../shared/kernel/seeded-random.ts';
import { compareAllPairs } from '../evaluation/all-pairs.ts';
import { analyseFolder, type FolderOptions } from '../evaluation/analyse-folder.ts';
import { foundEmbeddings } from '../evaluation/analyse-photographs.ts';
import { personOf } from '../evaluation/picture-tree.ts';
import { acceptanceAt, equalErrorRate, thresholdAt } from '../evaluation/score-counts.ts';
import { cosine } from '../runtime/embedder.ts';
import { KeyedTransform, type TransformedPack } from './keyed-transform.ts';
import { systemLinkability } from './linkability.ts';
import { templateKey } from './template-key.ts';

export interface EvaluateTemplatesOptions extends FolderOptions {
  /** Pairs of keys to try, each a pair of cities. */
  readonly keyPairs: number;
  /** What keys and pairs of pictures are drawn by. */
  readonly seed: number;
}

const RATES = ['1e-3', '1e-4', '1e-5', '1e-6'] as const;
type Rates = Readonly<Record<(typeof RATES)[number], number | null>>;

interface Accuracy {
  readonly eer: number | null;
  readonly tar: Rates;
}

interface Scores {
  readonly mean: number;
  readonly deviation: number;
}

interface Linked {
  /** Means over the pairs of keys. */
  readonly scores: Scores;
  /** Linkability, 0 to 1: the mean over the pairs of keys, and the worst of them. */
  readonly dSys: number;
  readonly worstDSys: number;
  /** Share that a system of the other key would accept at the threshold of FMR 1e-3; null with too few impostors. */
  readonly accepted: number | null;
}

/** Accuracy is over all pairs of all pictures; across keys over as many pairs as there are pictures, drawn by lot. */
export interface TemplateEvaluation {
  readonly pack: string;
  readonly images: number;
  readonly failureToAcquire: number;
  readonly keyPairs: number;
  readonly genuine: number;
  readonly impostor: number;
  readonly plain: Accuracy;
  /** Under one key. */
  readonly transformed: Accuracy;
  /** The most that any drawn pair's score changed by the transform. */
  readonly largestScoreChange: number;
  /** The most that a score changed by renewal: from one key to another, instead of to the other at once. */
  readonly largestRenewalChange: number;
  /** One side under one key, the other under another. */
  readonly acrossKeys: {
    /** The very same embedding on both sides: the worst case. */
    readonly samePicture: Linked;
    readonly samePerson: Linked;
    /** Different people; `dSys` is what chance alone gives with as many scores. */
    readonly nonMated: Linked;
  };
  /** For comparison: two pictures of a person under one key. */
  readonly withinKey: { readonly dSys: number };
  /** Microseconds that one transform takes. */
  readonly transformUs: number;
}

type Pair = readonly [number, number];

/**
 * Measures what template keys cost and what they give (ISO/IEC 24745: renewability, unlinkability).
 *
 * @throws PackNotInstalledError; TooFewPicturesError; or the file system's error for a folder that is not there
 */
export async function evaluateTemplates(
  options: EvaluateTemplatesOptions,
): Promise<TemplateEvaluation> {
  const { pack, paths, analyses } = await analyseFolder(options);
  const found = foundEmbeddings(analyses);
  const acquired = paths.flatMap((path) => {
    const embedding = found.get(path);
    return embedding ? [{ embedding, person: personOf(path) }] : [];
  });
  const people = acquired.map(({ person }) => person);
  const embeddings = acquired.map(({ embedding }) => embedding);
  return {
    pack: pack.name,
    images: paths.length,
    failureToAcquire: paths.length - acquired.length,
    keyPairs: options.keyPairs,
    ...measureTemplates(
      { embeddings, people, pack: { packId: pack.id, dimension: pack.manifest.embed.dimension } },
      options,
    ),
  };
}

/** Fewer than two people, or nobody with two pictures: nothing can be compared. */
export class TooFewPicturesError extends Error {
  override readonly name = 'TooFewPicturesError';
}

/** The same for embeddings. @param sample.people whom each embedding is of */
export function measureTemplates(
  sample: {
    readonly embeddings: readonly Float32Array[];
    readonly people: readonly string[];
    readonly pack: TransformedPack;
  },
  { keyPairs, seed }: { readonly keyPairs: number; readonly seed: number },
): Omit<TemplateEvaluation, 'pack' | 'images' | 'failureToAcquire' | 'keyPairs'> {
  const { embeddings, people, pack } = sample;
  const pairs = drawPairs(people, seededRandom(seed));
  const keys = (city: number): KeyedTransform => transformOf(`${seed}/${city}`, pack);
  const plain = compareAllPairs(embeddings, people);
  const threshold = thresholdAt(1e-3, plain.impostor);
  const rounds = Array.from({ length: keyPairs }, (_, k) =>
    acrossTwoKeys(embeddings, pairs, { from: keys(2 * k), to: keys(2 * k + 1), threshold }),
  );
  const one = keys(0);
  const startedAt = performance.now();
  const transformed = embeddings.map((embedding) => one.apply(embedding));
  const transformUs = ((performance.now() - startedAt) / embeddings.length) * 1_000;
  const within = compareAllPairs(transformed, people);
  const direct = keys(1);
  const renewed = transformed.map((embedding) => direct.apply(one.invert(embedding)));
  const all = [...pairs.samePerson, ...pairs.nonMated];
  const change = (a: readonly Float32Array[], b: readonly Float32Array[]): number =>
    all.reduce((most, pair) => Math.max(most, Math.abs(scoreIn(a, pair) - scoreIn(b, pair))), 0);
  return {
    genuine: plain.genuine.total,
    impostor: plain.impostor.total,
    plain: accuracyOf(plain),
    transformed: accuracyOf(within),
    largestScoreChange: change(embeddings, transformed),
    largestRenewalChange: change(transformed, renewed),
    acrossKeys: {
      samePicture: summary(rounds.map(({ samePicture }) => samePicture)),
      samePerson: summary(rounds.map(({ samePerson }) => samePerson)),
      nonMated: summary(rounds.map(({ nonMated }) => nonMated)),
    },
    withinKey: {
      dSys: rounded(
        systemLinkability(
          Float64Array.from(pairs.samePerson, (pair) => scoreIn(transformed, pair)),
          Float64Array.from(pairs.nonMated, (pair) => scoreIn(transformed, pair)),
        ),
      ),
    },
    transformUs: Math.round(transformUs * 10) / 10,
  };
}

interface Pairs {
  readonly samePicture: readonly Pair[];
  readonly samePerson: readonly Pair[];
  readonly nonMated: readonly Pair[];
  /** As many again, for what chance gives. */
  readonly otherNonMated: readonly Pair[];
}

/** As many pairs of each kind as there are pictures. */
function drawPairs(people: readonly string[], random: () => number): Pairs {
  const ofPerson = new Map<string, number[]>();
  for (const [i, person] of people.entries()) {
    const own = ofPerson.get(person);
    if (own) own.push(i);
    else ofPerson.set(person, [i]);
  }
  const several = people.flatMap((person, i) =>
    (ofPerson.get(person)?.length ?? 0) > 1 ? [i] : [],
  );
  if (several.length === 0 || ofPerson.size < 2) {
    throw new TooFewPicturesError('two people at least, one of them with two pictures');
  }
  const draw = (from: readonly number[]): number =>
    present(from[Math.floor(random() * from.length)], 'a draw');
  const everybody = people.map((_, i) => i);
  const another = (i: number, from: readonly number[], fits: (j: number) => boolean): Pair => {
    for (;;) {
      const j = draw(from);
      if (fits(j)) return [i, j];
    }
  };
  const nonMated = (): Pair[] =>
    everybody.map((i) => another(i, everybody, (j) => people[i] !== people[j]));
  return {
    samePicture: everybody.map((i) => [i, i]),
    samePerson: everybody.map(() => {
      const i = draw(several);
      return another(i, present(ofPerson.get(at(people, i)), 'their pictures'), (j) => i !== j);
    }),
    nonMated: nonMated(),
    otherNonMated: nonMated(),
  };
}

function acrossTwoKeys(
  embeddings: readonly Float32Array[],
  pairs: Pairs,
  keys: { from: KeyedTransform; to: KeyedTransform; threshold: number | null },
): Readonly<Record<'samePicture' | 'samePerson' | 'nonMated', LinkedOnce>> {
  const left = embeddings.map((embedding) => keys.from.apply(embedding));
  const right = embeddings.map((embedding) => keys.to.apply(embedding));
  const scores = (of: readonly Pair[]): Float64Array =>
    Float64Array.from(of, ([i, j]) => cosine(at(left, i), at(right, j)));
  const nonMated = scores(pairs.nonMated);
  const linked = (of: readonly Pair[]): LinkedOnce => {
    const own = scores(of);
    return { scores: own, dSys: systemLinkability(own, nonMated), threshold: keys.threshold };
  };
  return {
    samePicture: linked(pairs.samePicture),
    samePerson: linked(pairs.samePerson),
    nonMated: linked(pairs.otherNonMated),
  };
}

interface LinkedOnce {
  readonly scores: Float64Array;
  readonly dSys: number;
  readonly threshold: number | null;
}

function summary(rounds: readonly LinkedOnce[]): Linked {
  const accepted = rounds.map(({ scores, threshold }) =>
    threshold === null ? null : scores.filter((score) => score >= threshold).length / scores.length,
  );
  const known = accepted.filter((share) => share !== null);
  return {
    scores: {
      mean: rounded(mean(rounds.map(({ scores }) => mean([...scores])))),
      deviation: rounded(mean(rounds.map(({ scores }) => deviationOf(scores)))),
    },
    dSys: rounded(mean(rounds.map(({ dSys }) => dSys))),
    worstDSys: rounded(Math.max(...rounds.map(({ dSys }) => dSys))),
    accepted: known.length === 0 ? null : rounded(mean(known)),
  };
}

function scoreIn(of: readonly Float32Array[], [i, j]: Pair): number {
  return cosine(at(of, i), at(of, j));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value / values.length, 0);
}

function deviationOf(scores: Float64Array): number {
  const middle = mean([...scores]);
  const squares = scores.reduce((sum, score) => sum + (score - middle) ** 2 / scores.length, 0);
  return Math.sqrt(squares);
}

function accuracyOf(compared: ReturnType<typeof compareAllPairs>): Accuracy {
  const tar = RATES.map((rate) => [rate, rounded(acceptanceAt(Number(rate), compared))]);
  return { eer: rounded(equalErrorRate(compared)), tar: Object.fromEntries(tar) as Rates };
}

/** Keys for measuring follow from a name, so that a run can be repeated; a city's are drawn at random. */
function transformOf(name: string, pack: TransformedPack): KeyedTransform {
  return new KeyedTransform(templateKey(createHash('sha256').update(name).digest()), pack);
}

function at<T>(list: readonly T[], i: number): T {
  return present(list[i], 'an entry');
}

function rounded<T extends number | null>(value: T): T {
  return (value === null ? null : Math.round(value * 1e6) / 1e6) as T;
}
