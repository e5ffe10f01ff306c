import { describe, expect, it } from 'vitest';
import { present } from '../../shared/kernel/assert.ts';
import { seededRandom } from '../../shared/kernel/seeded-random.ts';
import { calibrate, MIN_PEOPLE, promisableFpir, thresholdsFor } from './gallery-calibration.ts';
import { impostorSample, type LeaveOneOutSearch } from './impostor-sample.ts';

const bounds = { sure: 0.7, leastSure: 0.2, mostSure: 0.8, floor: 0.1, margin: 0.05 };
const DIMENSION = 24;
const NEAREST = 48;

type Embedding = readonly number[];

/** A direction by lot: Box and Muller, then normalised. */
function face(random: () => number): Embedding {
  const raw = Array.from(
    { length: DIMENSION },
    () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()),
  );
  const length = Math.hypot(...raw);
  return raw.map((value) => value / length);
}

const cosine = (a: Embedding, b: Embedding): number =>
  a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);

function leaveOneOut(gallery: readonly Embedding[]): LeaveOneOutSearch[] {
  return gallery.map((own, i) => ({
    personId: `p${i}`,
    others: gallery
      .flatMap((each, j) => (i === j ? [] : [{ personId: `p${j}`, score: cosine(own, each) }]))
      .toSorted((p, q) => q.score - p.score)
      .slice(0, NEAREST),
  }));
}

function galleryOf(people: number, random: () => number): readonly Embedding[] {
  return Array.from({ length: people }, () => face(random));
}

const learn = (gallery: readonly Embedding[]) =>
  calibrate(impostorSample(leaveOneOut(gallery), gallery.length));

describe('thresholds of a gallery', () => {
  it.each([
    [150, 1e-2],
    [300, 1e-2],
    [300, 2e-2],
  ])('of %i people keep the promise of %f with strangers', (people, fpir) => {
    const random = seededRandom(people);
    const strangersPerGallery = 1_500;
    const galleries = 6;
    let taken = 0;
    for (let n = 0; n < galleries; n += 1) {
      const gallery = galleryOf(people, random);
      const { sure } = thresholdsFor(learn(gallery), { people, fpir }, bounds);
      expect(sure).toBeLessThan(0.95);
      for (let i = 0; i < strangersPerGallery; i += 1) {
        const stranger = face(random);
        if (gallery.some((each) => cosine(stranger, each) >= sure)) taken += 1;
      }
    }
    const measured = taken / (galleries * strangersPerGallery);
    expect(measured).toBeLessThan(2 * fpir);
    expect(measured).toBeGreaterThan(fpir / 20);
  });

  const gallery = galleryOf(200, seededRandom(3));
  const learnt = present(learn(gallery), 'enough people');
  const sureAt = (people: number, fpir: number): number =>
    thresholdsFor(learnt, { people, fpir }, bounds).sure;

  it('rise with the gallery and with the promise', () => {
    expect(sureAt(400, 1e-2)).toBeGreaterThan(sureAt(200, 1e-2));
    expect(sureAt(200, 1e-3)).toBeGreaterThan(sureAt(200, 1e-2));
    expect(sureAt(200, 1e-3)).toBeCloseTo(sureAt(2_000, 1e-2), 9);
  });

  it('never fall below the floor of the pack', () => {
    const high = { ...bounds, leastSure: 0.9, floor: 0.6 };
    const thresholds = thresholdsFor(learnt, { people: 200, fpir: 0.1 }, high);
    expect(thresholds).toMatchObject({ sure: 0.9, likely: 0.9, floor: 0.6 });
  });

  it('keep their order', () => {
    for (const fpir of [0.1, 1e-2, 1e-3, 1e-4]) {
      const { sure, likely, floor } = thresholdsFor(learnt, { people: 200, fpir }, bounds);
      expect(sure).toBeGreaterThanOrEqual(likely);
      expect(likely).toBeGreaterThanOrEqual(floor);
    }
  });

  it('are the pack’s own where too few are enrolled', () => {
    expect(learn(gallery.slice(0, MIN_PEOPLE - 1))).toBeUndefined();
    const few = thresholdsFor(learnt, { people: MIN_PEOPLE - 1, fpir: 1e-2 }, bounds);
    expect(few).toEqual({ sure: 0.7, likely: 0.2, floor: 0.1, margin: 0.05 });
  });

  it('tell what the pack can promise', () => {
    const sure = sureAt(200, 1e-3);
    const promisable = promisableFpir(learnt, 200, { mostSure: sure });
    expect(promisable).toBeCloseTo(1e-3, 6);
    expect(promisableFpir(learnt, 400, { mostSure: sure })).toBeCloseTo(2 * promisable, 9);
  });
});

describe('a sample', () => {
  it('holds each pair once, and says out of how many', () => {
    const gallery = galleryOf(120, seededRandom(5));
    const all = impostorSample(leaveOneOut(gallery), 120);
    expect(all.comparisons).toBe((120 * 119) / 2);
    const scores = gallery
      .flatMap((a, i) => gallery.slice(i + 1).map((b) => cosine(a, b)))
      .toSorted((p, q) => q - p);
    expect([...all.pairScores]).toEqual(scores.slice(0, all.pairScores.length));
    expect(all.pairScores.length).toBe(51);
  });

  it('of some people counts the pairs of them and everybody', () => {
    const searches = leaveOneOut(galleryOf(120, seededRandom(5))).slice(0, 10);
    expect(impostorSample(searches, 120).comparisons).toBe(10 * 119 - (10 * 9) / 2);
  });
});
