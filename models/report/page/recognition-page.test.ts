import { describe, expect, it } from 'vitest';
import { deviateScale, linearScale, logScale } from '../plot/scale.ts';
import { type RecognitionReport, recognitionReportSchema } from '../recognition-report.ts';
import { identificationFinding } from './identification-section.ts';
import { between, percent } from './numbers.ts';
import { renderRecognition } from './recognition-page.ts';

const rate = (events: number, trials: number) => ({
  rate: events / trials,
  events,
  trials,
  exact: { low: 0, high: 1 },
  byPerson: null,
});

/** A report of one picture, in which nothing could be measured. */
const NOTHING: RecognitionReport = {
  schema: 'wuma.recognition-report',
  version: 1,
  conditions: {
    startedAt: '2026-11-01T10:00:00.000Z',
    endedAt: '2026-11-01T10:05:00.000Z',
    software: { wuma: '0.1.0', node: 'v24.0.0', onnxruntime: '1.0.0' },
    machine: { cpu: 'a processor', cores: 2, memoryBytes: 8e9, system: 'linux' },
    pack: { id: 'open-1', summary: 'a pack', dimension: 512, models: [], thresholds: {} },
    settings: {
      seed: 1,
      limit: null,
      confidence: 0.95,
      replicates: 100,
      streets: 1,
      regulars: 0.5,
      simulatedAttacks: 0,
    },
  },
  imageSet: {
    label: '<b>set</b>',
    pictures: 1,
    people: 1,
    peopleWithSeveral: 0,
    picturesPerPerson: [{ from: 1, to: null, people: 1 }],
  },
  enrolment: { failures: rate(1, 1), reasons: [{ code: 'no_face', pictures: 1 }] },
  poorQuality: null,
  payment: null,
  verification: null,
  identification: [],
  colourPad: null,
  colourAttacks: [],
  depthPad: { bonaFide: null, species: [] },
  time: null,
  memory: null,
  notMeasured: [{ what: 'Verification', why: 'Needs two people.' }],
};

describe('a page', () => {
  it('says what was not measured instead of leaving it blank', () => {
    const { html, plots } = renderRecognition(recognitionReportSchema.parse(NOTHING));
    expect(html).toContain('Needs two people.');
    expect(html.match(/Not measured: see the end/g)).toHaveLength(2);
    expect(html).not.toMatch(/NaN|undefined|null/);
    expect(plots.map(({ name }) => name)).toEqual(['failures', 'pictures-per-person']);
  });

  it('takes the name of a set for words', () => {
    const { html } = renderRecognition(NOTHING);
    expect(html).toContain('&lt;b&gt;set&lt;/b&gt;');
    expect(html).not.toContain('<b>set');
  });
});

describe('the finding of identification', () => {
  const street = (promisedFpir: number, strangers: number) => ({
    gallery: 1_000,
    promisedFpir,
    streets: 3,
    fpir: rate(strangers, 1_000),
    fpirOfStreets: { low: 0, high: 0 },
    wrongCharges: rate(0, 1_000),
    mated: null,
    thresholds: { sure: 0.6, likely: 0.5, floor: 0.3, margin: 0.05 },
    promisableFpir: null,
    uncalibrated: { fpir: 0, straightThrough: 0 },
    det: [],
    searchMs: { p50: 1, p95: 2 },
  });

  it('is a broken promise wherever there is one', () => {
    expect(identificationFinding([street(1e-2, 9), street(1e-3, 3)])).toMatch(
      /^A promise is not kept: in a gallery of 1,000, 0.30\s% .* 0.1\s% was promised$/,
    );
    expect(identificationFinding([street(1e-2, 9), street(1e-3, 1)])).toMatch(/^Promises are kept/);
  });
});

describe('numbers', () => {
  it.each([
    [0, '0'],
    [1, '100'],
    [0.999_87, '99.987'],
    [0.523_4, '52.3'],
    [0.012_34, '1.23'],
    [0.000_034, '0.0034'],
  ])('of %f are told as %s %%', (share, words) => {
    expect(percent(share)).toBe(`${words}\u00a0%`);
  });

  it('have both ends, or a dash', () => {
    expect(between({ low: 0.01, high: 0.02 })).toBe('1.00 to\u00a02.00\u00a0%');
    expect(between(null)).toBe('–');
  });
});

describe('scales', () => {
  it('go from 0 to 1 and have their round values as ticks', () => {
    for (const scale of [
      linearScale(-0.5, 1),
      logScale(1e-5, 1e-1),
      deviateScale(1e-6, 1e-2, 'decades'),
    ]) {
      expect(scale.at(scale.from)).toBe(0);
      expect(scale.at(scale.to)).toBe(1);
      expect(scale.at(scale.to * 10)).toBe(1);
      const places = scale.ticks.map(({ value }) => scale.at(value));
      expect(places).toEqual(places.toSorted((p, q) => p - q));
      expect(places.length).toBeGreaterThan(3);
    }
    expect(logScale(1e-5, 1e-1).at(1e-3)).toBeCloseTo(0.5, 9);
    expect(deviateScale(0.05, 0.95, 'percent').at(0.5)).toBeCloseTo(0.5, 9);
  });
});
