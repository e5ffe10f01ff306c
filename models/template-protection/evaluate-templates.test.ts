import { expect, it } from 'vitest';
import { present } from '../../shared/kernel/assert.ts';
import { SeededRandom } from '../../shared/kernel/seeded-random.ts';
import { normalise } from '../runtime/embedder.ts';
import { measureTemplates, TooFewPicturesError } from './evaluate-templates.ts';

const PACK = { packId: 'test-1', dimension: 96 };

/** Faces of made-up people: every picture is its person's vector and some noise. */
function madeUp(people: number, pictures: number) {
  const random = new SeededRandom('made up');
  const vector = (): Float32Array =>
    normalise(Float32Array.from({ length: PACK.dimension }, () => random.normal()));
  const sample = Array.from({ length: people }, (_, person) => {
    const own = vector();
    return Array.from({ length: pictures }, () => {
      const noise = vector();
      return {
        person: String(person),
        embedding: normalise(own.map((value, i) => value + 0.9 * present(noise[i], 'noise'))),
      };
    });
  }).flat();
  return {
    embeddings: sample.map(({ embedding }) => embedding),
    people: sample.map(({ person }) => person),
    pack: PACK,
  };
}

it('finds people as well under a key, and nothing in common between two', () => {
  const measured = measureTemplates(madeUp(300, 4), { keyPairs: 2, seed: 1 });
  expect(measured.transformed).toEqual(measured.plain);
  expect(measured.largestScoreChange).toBeLessThan(1e-6);
  expect(measured.largestRenewalChange).toBeLessThan(1e-6);
  expect(measured.withinKey.dSys).toBeGreaterThan(0.9);
  const { samePicture, samePerson, nonMated } = measured.acrossKeys;
  for (const linked of [samePicture, samePerson]) {
    expect(Math.abs(linked.scores.mean)).toBeLessThan(0.05);
    expect(linked.accepted).toBeLessThan(0.02);
    expect(linked.dSys - nonMated.dSys).toBeLessThan(0.05);
  }
});

it('says when nobody has two pictures', () => {
  expect(() => measureTemplates(madeUp(3, 1), { keyPairs: 1, seed: 1 })).toThrow(
    TooFewPicturesError,
  );
});
