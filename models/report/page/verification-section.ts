import { curvePlot } from '../plot/curve-plot.ts';
import { deviateScale, linearScale, logScale } from '../plot/scale.ts';
import type { Histogram, OperatingPoint, Verification } from '../recognition-report.ts';
import type { Figure, Section, Table } from './markup.ts';
import { between, oneIn, percent, score, whole } from './numbers.ts';

/** The rate that a finding is about, where it could be measured. */
const TOLD_RATES = ['1e-4', '1e-3', '1e-2'];
const LEAST_SHARE = 1e-7;

export function verificationSection(verification: Verification | null): Section {
  const id = 'verification';
  if (!verification) {
    return { id, title: 'Verification (1:1)', parts: [{ words: ['Not measured: see the end.'] }] };
  }
  const { genuine, impostor, equalErrorRate, det, operatingPoints, listedPairs } = verification;
  const compared = `All pairs of all faces found: ${whole(genuine)} genuine and ${whole(impostor)} impostor comparisons.`;
  return {
    id,
    title: 'Verification (1:1)',
    parts: [
      { words: [`${compared} Equal error rate ${known(equalErrorRate)}.`] },
      ...(det.length > 1 ? [detFigure(verification)] : []),
      ...operatingTables(operatingPoints),
      scoreFigure(verification),
      ...(listedPairs ? [{ words: [listedWords(listedPairs)] }] : []),
    ],
  };
}

function listedWords(listed: NonNullable<Verification['listedPairs']>): string {
  const { pairs, accuracy, equalErrorRate } = listed;
  return `The ${whole(pairs)} listed pairs: accuracy ${known(accuracy)}, each fold judged with the threshold of the others; equal error rate ${known(equalErrorRate)}.`;
}

function known(share: number | null): string {
  return share === null ? 'not known' : percent(share);
}

/** The operating point that findings are told at; undefined where too little was compared. */
function toldPoint({ operatingPoints }: Verification): OperatingPoint | undefined {
  return TOLD_RATES.map((rate) => operatingPoints.find(({ name }) => name === rate)).find(
    (point) => point !== undefined,
  );
}

export function verificationFinding(verification: Verification): string {
  const told = toldPoint(verification);
  if (!told)
    return 'Too few impostor comparisons to tell how often genuine ones fail at a given rate';
  const by = told.fnmr.byPerson ?? told.fnmr.exact;
  return `At one false match in ${whole(Math.round(1 / Number(told.name)))}, ${percent(told.fnmr.rate)} of genuine comparisons fail (95\u00a0%: ${between(by)})`;
}

function detFigure(verification: Verification): Figure {
  const { det, operatingPoints } = verification;
  const highest = Math.max(0.02, ...det.map(({ fnmr, byPerson }) => byPerson?.high ?? fnmr));
  const lowest = Math.min(0.01, ...det.map(({ fnmr, byPerson }) => byPerson?.low ?? fnmr));
  const x = deviateScale(det[0]?.fmr ?? 1e-4, det.at(-1)?.fmr ?? 1e-2, 'decades');
  const y = deviateScale(Math.max(5e-4, lowest * 0.8), Math.min(0.9, highest * 1.15), 'percent');
  return {
    id: 'det',
    finding: verificationFinding(verification),
    measure:
      'detection error trade-off: share of genuine comparisons that fail (FNMR) over share of impostor comparisons that pass (FMR); axes in normal deviates; band: 95\u00a0% by person',
    plot: (width) =>
      curvePlot(
        {
          title: 'Detection error trade-off',
          description: verificationFinding(verification),
          x: { scale: x, words: 'false match rate' },
          y: { scale: y, words: 'false non-match rate' },
          curves: [
            {
              name: '',
              tone: 'accent',
              points: det.map(({ fmr, fnmr }) => ({ x: fmr, y: fnmr })),
              band: det.flatMap(({ fmr, byPerson }) => (byPerson ? [{ x: fmr, ...byPerson }] : [])),
            },
          ],
          marks: operatingPoints
            .filter(({ chosenBy, name }) => chosenBy === 'fmr' && inside(Number(name), x))
            .map(({ name, fnmr }) => ({
              x: Number(name),
              y: fnmr.rate,
              words: percent(fnmr.rate),
              tone: 'accent' as const,
            })),
        },
        width,
      ),
    table: {
      caption: 'Points of the curve',
      head: ['FMR', 'FNMR', '95\u00a0%, by person'],
      rows: det.map(({ fmr, fnmr, byPerson }) => [percent(fmr), percent(fnmr), between(byPerson)]),
    },
    isLong: true,
  };
}

function inside(
  value: number,
  { from, to }: { readonly from: number; readonly to: number },
): boolean {
  return value >= from && value <= to;
}

function pointName({ chosenBy, name }: OperatingPoint): string {
  return chosenBy === 'fmr' ? `FMR ${oneIn(Number(name))}` : `the pack’s ${name}`;
}

function operatingTables(points: readonly OperatingPoint[]): Table[] {
  const table = (caption: string, what: string, rate: 'fmr' | 'fnmr'): Table => ({
    caption,
    head: [
      'Operating point',
      'Threshold',
      what,
      rate.toUpperCase(),
      '95\u00a0%, by comparison',
      '95\u00a0%, by person',
    ],
    rows: points.map((point) => [
      pointName(point),
      score(point.threshold),
      whole(point[rate].events),
      percent(point[rate].rate),
      between(point[rate].exact),
      between(point[rate].byPerson),
    ]),
  });
  return [
    table(
      'Genuine comparisons that fail at operating points. The first are the lowest thresholds that keep a false match rate on these very comparisons; the pack’s own were known before.',
      'Failed',
      'fnmr',
    ),
    table('Impostor comparisons that pass at the same operating points', 'Passed', 'fmr'),
  ];
}

function scoreFigure({ scores, operatingPoints }: Verification): Figure {
  const { genuine, impostor } = scores;
  const rules = operatingPoints
    .filter(({ chosenBy }) => chosenBy === 'pack')
    .map(({ name, threshold }) => ({ x: threshold, words: `${name} ${score(threshold)}` }));
  return {
    id: 'scores',
    finding: overlapFinding(operatingPoints),
    measure: `share of comparisons in bins of ${genuine.binWidth.toFixed(2)}, on a logarithmic axis: the overlap decides, and it is rare`,
    plot: (width) =>
      curvePlot(
        {
          title: 'Distribution of comparison scores',
          description:
            'Scores of genuine and of impostor comparisons, and the thresholds of the pack',
          x: { scale: linearScale(genuine.from, 1), words: 'comparison score (cosine)' },
          y: { scale: logScale(LEAST_SHARE, 1), words: 'share of comparisons' },
          curves: [
            {
              name: 'impostor',
              tone: 'second',
              points: outline(impostor),
              filled: true,
              nameAt: peakOf(impostor),
            },
            {
              name: 'genuine',
              tone: 'accent',
              points: outline(genuine),
              filled: true,
              nameAt: peakOf(genuine),
            },
          ],
          rules,
        },
        width,
      ),
    table: {
      caption: 'Shares of comparisons by score',
      head: ['Score from', 'Genuine', 'Impostor'],
      rows: genuine.shares.map((share, i) => [
        score(genuine.from + i * genuine.binWidth),
        percent(share),
        percent(impostor.shares[i] ?? 0),
      ]),
    },
    isLong: true,
  };
}

function overlapFinding(points: readonly OperatingPoint[]): string {
  const sure = points.find(({ chosenBy, name }) => chosenBy === 'pack' && name === 'sure');
  if (!sure) return 'Scores of genuine and of impostor comparisons';
  return `At the pack’s sure threshold ${whole(sure.fmr.events)} of ${whole(sure.fmr.trials)} impostor comparisons pass and ${percent(sure.fnmr.rate)} of genuine ones do not`;
}

/** Steps of a histogram. */
function outline({ from, binWidth, shares }: Histogram): { x: number; y: number }[] {
  return shares.flatMap((share, i) => {
    const y = Math.max(LEAST_SHARE, share);
    return [
      { x: from + i * binWidth, y },
      { x: from + (i + 1) * binWidth, y },
    ];
  });
}

function peakOf({ shares }: Histogram): number {
  return 2 * shares.indexOf(Math.max(...shares));
}
