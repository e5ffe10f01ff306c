import { barPlot } from '../plot/bar-plot.ts';
import { curvePlot } from '../plot/curve-plot.ts';
import type { Tone } from '../plot/plot-style.ts';
import { rangePlot } from '../plot/range-plot.ts';
import { deviateScale, logScale } from '../plot/scale.ts';
import type { Identification } from '../recognition-report.ts';
import type { Figure, Section, Table } from './markup.ts';
import {
  between,
  chosenPercent,
  eventsOf,
  milliseconds,
  percent,
  score,
  whole,
  widest,
} from './numbers.ts';

const TONES: readonly Tone[] = ['accent', 'second', 'third'];
/** A promise is kept when the mean of the streets is at most so many times what was promised. */
const KEPT = 2;

export function identificationSection(identification: readonly Identification[]): Section {
  const id = 'identification';
  const title = 'Identification in a gallery (1:N, open set)';
  if (identification.length === 0) {
    return { id, title, parts: [{ words: ['Not measured: see the end.'] }] };
  }
  const streets = identification[0]?.streets ?? 0;
  return {
    id,
    title,
    parts: [
      {
        words: [
          `Streets are drawn by lot, ${whole(streets)} of each size: people enrolled by one picture each, thresholds calibrated on these pictures alone. Their other pictures are mated searches, everybody else’s are strangers. Each search is played to its end by the hub’s own gallery and policy.`,
        ],
      },
      promiseFigure(identification),
      wrongChargeTable(identification),
      ...outcomeFigures(identification),
      ...missTables(identification),
      ...detFigures(identification),
      thresholdTable(identification),
    ],
  };
}

/** How many times the promise was measured. */
function excess({ fpir, promisedFpir }: Identification): number {
  return fpir.rate / promisedFpir;
}

/** Told of the street that is furthest from its promise. */
export function identificationFinding(identification: readonly Identification[]): string {
  const [furthest] = identification.toSorted((p, q) => excess(q) - excess(p));
  if (!furthest) return 'Identification was not measured';
  const { gallery, promisedFpir, fpir } = furthest;
  const found = `in a gallery of ${whole(gallery)}, ${percent(fpir.rate)} of strangers are taken for somebody where ${chosenPercent(promisedFpir)} was promised`;
  if (excess(furthest) > KEPT) return `A promise is not kept: ${found}`;
  return identification.length === 1
    ? `The promise is kept, within twice: ${found}`
    : `Promises are kept, within twice; the furthest from its own: ${found}`;
}

const nameOf = ({ gallery, promisedFpir }: Identification): string =>
  `${whole(gallery)} people, ${chosenPercent(promisedFpir)} promised`;

function promiseFigure(identification: readonly Identification[]): Figure {
  const ends = identification.flatMap(({ fpir, promisedFpir }) => [
    Math.max(fpir.exact.low, 1e-5),
    widest(fpir).high,
    promisedFpir,
  ]);
  const from = 10 ** Math.floor(Math.log10(Math.min(...ends)));
  const to = 10 ** Math.ceil(Math.log10(Math.max(...ends)));
  const finding = identificationFinding(identification);
  return {
    id: 'fpir',
    finding,
    measure:
      'share of strangers’ searches in which the face alone named somebody (FPIR), 95\u00a0%; upright mark: what was promised',
    plot: (width) =>
      rangePlot(
        {
          title: 'False positive identification rate, measured and promised',
          description: finding,
          scale: logScale(from, to),
          words: 'false positive identification rate',
          rows: identification.map((one) => ({
            name: nameOf(one),
            value: one.fpir.rate,
            ...widest(one.fpir),
            tone:
              one.fpir.rate > KEPT * one.promisedFpir ? ('accent' as const) : ('second' as const),
            words: percent(one.fpir.rate),
            target: one.promisedFpir,
          })),
        },
        width,
      ),
    table: {
      caption:
        'False positive identifications. By person: who looks is drawn anew, galleries stay; how galleries differ shows in the lowest and highest street.',
      head: [
        'Gallery and promise',
        'Strangers named',
        'FPIR',
        '95\u00a0%, by search',
        '95\u00a0%, by person',
        'single streets',
      ],
      rows: identification.map((one) => [
        nameOf(one),
        eventsOf(one.fpir),
        percent(one.fpir.rate),
        between(one.fpir.exact),
        between(one.fpir.byPerson),
        between(one.fpirOfStreets),
      ]),
    },
  };
}

function wrongChargeTable(identification: readonly Identification[]): Table {
  return {
    caption:
      'Wrong charges: searches, of strangers and enrolled, that end with somebody charged as somebody else after the whole policy',
    head: [
      'Gallery and promise',
      'Wrong charges',
      'Share',
      '95\u00a0%, by search',
      '95\u00a0%, by person',
    ],
    rows: identification.map((one) => [
      nameOf(one),
      eventsOf(one.wrongCharges),
      percent(one.wrongCharges.rate),
      between(one.wrongCharges.exact),
      between(one.wrongCharges.byPerson),
    ]),
  };
}

function outcomeFigures(identification: readonly Identification[]): Figure[] {
  const known = identification.flatMap(({ mated, ...one }) => (mated ? [{ ...one, mated }] : []));
  const [first] = known;
  if (!first) return [];
  const finding = `${percent(first.mated.straightThrough)} of the enrolled pay without a question, ${percent(first.mated.served)} in the end (gallery of ${whole(first.gallery)}, ${chosenPercent(first.promisedFpir)} promised)`;
  const named = known.map((one) => ({ ...one, name: nameOf(one) }));
  return [
    {
      id: 'fnir',
      finding,
      measure: 'searches of enrolled people by how they end; single pictures, not bursts',
      plot: (width) =>
        barPlot(
          {
            title: 'How searches of enrolled people end',
            description: finding,
            full: 1,
            key: [
              { tone: 'second', name: 'paid at once' },
              { tone: 'third', name: 'after digits' },
              { tone: 'accent', name: 'after PIN' },
              { tone: 'quiet', name: 'another way' },
            ],
            rows: named.map(({ name, mated }) => ({
              name,
              words: `${percent(mated.served)} served`,
              parts: [
                { value: mated.straightThrough, tone: 'second' as const },
                { value: mated.afterLast4, tone: 'third' as const },
                { value: mated.afterPin, tone: 'accent' as const },
                { value: 1 - mated.served, tone: 'quiet' as const },
              ],
            })),
          },
          width,
        ),
      table: {
        caption: 'How searches of enrolled people end',
        head: [
          'Gallery and promise',
          'paid at once',
          'after digits',
          'after PIN',
          'served',
          'another way',
        ],
        rows: named.map(({ name, mated }) => [
          name,
          percent(mated.straightThrough),
          percent(mated.afterLast4),
          percent(mated.afterPin),
          percent(mated.served),
          percent(Math.max(0, 1 - mated.served)),
        ]),
      },
    },
  ];
}

function missTables(identification: readonly Identification[]): Table[] {
  const rows = identification.flatMap((one) => {
    if (!one.mated) return [];
    const { fnir, fnirOfStreets } = one.mated;
    return [
      [
        nameOf(one),
        eventsOf(fnir),
        percent(fnir.rate),
        between(fnir.exact),
        between(fnir.byPerson),
        between(fnirOfStreets),
      ],
    ];
  });
  if (rows.length === 0) return [];
  return [
    {
      caption:
        'Misses: searches of enrolled people of which the first look was not sure, or was sure of somebody else',
      head: [
        'Gallery and promise',
        'Missed',
        'FNIR',
        '95\u00a0%, by search',
        '95\u00a0%, by person',
        'single streets',
      ],
      rows,
    },
  ];
}

/** One curve a gallery size: promises change the threshold, not the curve. */
function detFigures(identification: readonly Identification[]): Figure[] {
  const sizes = [...Map.groupBy(identification, ({ gallery }) => gallery)].flatMap(
    ([gallery, [one]]) => (one && one.det.length > 1 ? [{ gallery, det: one.det }] : []),
  );
  const [first] = sizes;
  if (!first) return [];
  const points = sizes.flatMap(({ det }) => det);
  const x = deviateScale(Math.min(...points.map(({ fpir }) => fpir)), 0.5, 'percent');
  const y = deviateScale(
    Math.max(1e-3, Math.min(...points.map(({ fnir }) => fnir)) * 0.8),
    Math.min(0.95, Math.max(0.05, ...points.map(({ fnir }) => fnir)) * 1.15),
    'percent',
  );
  const told = first.det.find(({ fpir }) => fpir >= 0.009) ?? first.det[0];
  const finding = told
    ? `With the best threshold known afterwards, ${percent(told.fnir)} of the enrolled would be missed at an FPIR of ${percent(told.fpir)} (gallery of ${whole(first.gallery)})`
    : '';
  return [
    {
      id: 'identification-det',
      finding,
      measure:
        'share of the enrolled whose first candidate is wrong or below the threshold (FNIR) over share of strangers whose first candidate is above it (FPIR); normal deviates',
      plot: (width) =>
        curvePlot(
          {
            title: 'Trade-off of errors in identification',
            description: finding,
            x: { scale: x, words: 'false positive identification rate' },
            y: { scale: y, words: 'false negative identification rate' },
            curves: sizes.map(({ gallery, det }, i) => ({
              name: `${whole(gallery)} people`,
              tone: TONES[i % TONES.length] ?? 'quiet',
              points: det.map(({ fpir, fnir }) => ({ x: fpir, y: fnir })),
              nameAt: Math.floor(det.length / 3),
            })),
          },
          width,
        ),
      table: {
        caption: 'Points of the curves',
        head: ['Gallery', 'Threshold', 'FPIR', 'FNIR'],
        rows: sizes.flatMap(({ gallery, det }) =>
          det.map(({ threshold, fpir, fnir }) => [
            whole(gallery),
            score(threshold),
            percent(fpir),
            percent(fnir),
          ]),
        ),
      },
      isLong: true,
    },
  ];
}

function thresholdTable(identification: readonly Identification[]): Table {
  return {
    caption:
      'Thresholds that the hub gave itself (means over the streets), what the pack could promise at this size, and the same searches with the pack’s own thresholds',
    head: [
      'Gallery and promise',
      'sure',
      'likely',
      'floor',
      'promisable FPIR',
      'pack’s own: FPIR',
      'paid at once',
      'search p50',
      'p95',
    ],
    rows: identification.map((one) => [
      nameOf(one),
      score(one.thresholds.sure),
      score(one.thresholds.likely),
      score(one.thresholds.floor),
      one.promisableFpir === null ? 'gallery too small to tell' : percent(one.promisableFpir),
      percent(one.uncalibrated.fpir),
      one.mated ? percent(one.uncalibrated.straightThrough) : '–',
      milliseconds(one.searchMs.p50),
      milliseconds(one.searchMs.p95),
    ]),
  };
}
