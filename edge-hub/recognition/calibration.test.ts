import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { GalleryIndex } from '../../models/index/gallery-index.ts';
import { openGalleryIndex } from '../../models/index/threaded-index.ts';
import { seededRandom } from '../../shared/kernel/seeded-random.ts';
import { Calibration } from './calibration.ts';
import { Gallery } from './gallery.ts';

const DIMENSION = 32;
const bounds = { sure: 0.9, leastSure: 0.4, mostSure: 0.95, floor: 0.3, margin: 0.05 };
const random = seededRandom(11);

function face(): Float32Array {
  const raw = Float32Array.from({ length: DIMENSION }, () => random() + random() + random() - 1.5);
  const length = Math.hypot(...raw);
  return raw.map((value) => value / length);
}

let index: GalleryIndex;
let gallery: Gallery;
let calibration: Calibration;
let templates: Map<string, Float32Array>;
let lastPerson = 0;
const opened: Float32Array[] = [];

async function enrol(count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    const shopperId = `p${lastPerson++}`;
    const embedding = face();
    templates.set(shopperId, embedding);
    await gallery.insert({ templateId: `t-${shopperId}`, shopperId, embedding });
  }
}

function calibrationOf(promisedFpir: number, mostSure = bounds.mostSure): Calibration {
  return new Calibration({
    gallery,
    templateOf: (shopperId) => {
      const template = templates.get(shopperId);
      const copy = template && Float32Array.from(template);
      if (copy) opened.push(copy);
      return copy;
    },
    bounds: { ...bounds, mostSure },
    promisedFpir,
    random,
    clock: { now: () => Date.now(), monotonic: () => performance.now() },
    logger: pino({ level: 'silent' }),
  });
}

beforeEach(async () => {
  templates = new Map();
  lastPerson = 0;
  index = await openGalleryIndex({ engine: 'exact', dimension: DIMENSION });
  gallery = new Gallery(index, () => calibration.galleryChanged());
  calibration = calibrationOf(1e-2);
});

afterEach(async () => {
  await calibration.stop();
  await index.close();
  vi.useRealTimers();
});

describe('calibration', () => {
  it('leaves a small gallery to the pack, and says so', async () => {
    await enrol(99);
    await calibration.start();
    expect(calibration.state).toEqual({
      people: 99,
      promisedFpir: 1e-2,
      promisableFpir: null,
      thresholds: { sure: 0.9, likely: 0.4, floor: 0.3, margin: 0.05 },
      warning: 'too_few_people',
    });
  });

  it('keeps the promise with strangers', async () => {
    await enrol(300);
    await calibration.start();
    const { thresholds, warning } = calibration.state;
    expect(warning).toBeNull();
    expect(thresholds.sure).toBeLessThan(0.9);
    let taken = 0;
    const strangers = 1_500;
    for (let n = 0; n < strangers; n += 1) {
      const [best] = (await gallery.search(face())).candidates;
      if (best && best.score >= thresholds.sure) taken += 1;
    }
    expect(taken / strangers).toBeLessThan(2e-2);
  });

  it('leaves no opened template behind', async () => {
    await enrol(120);
    opened.length = 0;
    await calibration.start();
    expect(opened).toHaveLength(120);
    expect(opened.every((template) => template.every((value) => value === 0))).toBe(true);
  });

  it('answers growth at once, and learns again when it settles', async () => {
    await enrol(150);
    await calibration.start();
    const before = calibration.state;
    opened.length = 0;
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    await enrol(150);
    expect(opened).toHaveLength(0);
    expect(calibration.state.people).toBe(300);
    expect(calibration.state.thresholds.sure).toBeGreaterThan(before.thresholds.sure);
    vi.advanceTimersByTime(60_000);
    vi.useRealTimers();
    await vi.waitFor(() => expect(opened).toHaveLength(300));
  });

  it('goes on when people are erased meanwhile, and stops when told', async () => {
    await enrol(150);
    const starting = calibration.start();
    templates.delete('p7');
    await gallery.eraseShopper('p7');
    await starting;
    expect(calibration.state.people).toBe(149);
    await calibration.stop();
    await enrol(1);
    expect(calibration.state.people).toBe(150);
  });

  it('warns when the gallery outgrows what the pack can promise, and keeps the promise', async () => {
    await enrol(150);
    calibration = calibrationOf(1e-4, 0.5);
    await calibration.start();
    const { warning, promisableFpir, thresholds } = calibration.state;
    expect(warning).toBe('outgrown');
    expect(promisableFpir).toBeGreaterThan(1e-4);
    expect(thresholds.sure).toBeGreaterThan(0.5);
  });
});
