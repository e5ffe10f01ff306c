import { curvePlot } from '../plot/curve-plot.ts';
import { rangePlot } from '../plot/range-plot.ts';
import { linearScale } from '../plot/scale.ts';
import type {
  ColourPadFigures,
  ColourSpeciesFigures,
  DepthPadFigures,
  MeasuredRate,
  RecognitionReport,
  SpeciesFigures,
} from '../recognition-report.ts';
import type { Figure, Section } from './markup.ts';
import { between, chosenPercent, eventsOf, percent, score, whole, widest } from './numbers.ts';

/** Presentation-attack detection (ISO/IEC 30107-3): simulated evidence stands apart from real. */
export function attackSection({ colourPad, colourAttacks, depthPad }: RecognitionReport): Section {
  const { species } = depthPad;
  return {
    id: 'attacks',
    title: 'Presentation attacks',
    parts: [
      {
        words: [
          'BPCER is the share of real faces that are refused, APCER the share of a species’ attacks that are accepted. Species are reported one by one; the worst counts. Rates of simulated attacks show that the checks do what they are for, not how well a shop is protected.',
        ],
      },
      ...speciesFigure(
        species.filter(({ evidence }) => evidence === 'given'),
        'given',
      ),
      ...speciesFigure(
        species.filter(({ evidence }) => evidence === 'simulated'),
        'simulated',
      ),
      ...bonaFideFigure(depthPad, colourPad),
      ...colourAttackFigure(colourAttacks),
      ...colourFigure(colourPad),
    ],
  };
}

/** The worst species that is not in a face's shape. */
export function worstSpecies(
  species: readonly SpeciesFigures[],
  evidence: SpeciesFigures['evidence'],
): SpeciesFigures | undefined {
  return species
    .filter((one) => one.evidence === evidence && !one.faceShaped)
    .toSorted((p, q) => q.apcer.rate - p.apcer.rate)[0];
}

export function attackFinding(
  species: readonly SpeciesFigures[],
  evidence: SpeciesFigures['evidence'],
): string {
  const worst = worstSpecies(species, evidence);
  const real = evidence === 'given' ? 'given' : 'simulated';
  if (!worst) return `No ${real} attack but face-shaped ones was judged by depth`;
  if (worst.apcer.events === 0) {
    return `Depth accepts none of the ${real} attacks but face-shaped ones: each species’ rate is below ${percent(worst.apcer.exact.high)} with 95\u00a0% confidence`;
  }
  return `Depth accepts ${percent(worst.apcer.rate)} of the worst ${real} species, ${worst.species} (95\u00a0%: ${between(worst.apcer.exact)})`;
}

function speciesFigure(
  species: readonly SpeciesFigures[],
  evidence: SpeciesFigures['evidence'],
): Figure[] {
  if (species.length === 0) return [];
  const finding = attackFinding(species, evidence);
  const highest = Math.max(0.05, ...species.map(({ apcer }) => apcer.exact.high));
  return [
    {
      id: `apcer-${evidence}`,
      finding,
      measure: `share of ${evidence} attacks that the depth check accepts (APCER), 95\u00a0%${
        species.some(({ faceShaped }) => faceShaped)
          ? '; a mask has a face’s shape, and depth cannot refuse it'
          : ''
      }`,
      plot: (width) =>
        rangePlot(
          {
            title: `Attacks accepted by depth, ${evidence} evidence`,
            description: finding,
            scale: linearScale(0, Math.min(1, highest * 1.05), chosenPercent),
            words: 'attack presentation classification error rate',
            rows: species.map((one) => ({
              name: one.faceShaped ? `${one.species} (face-shaped, apart)` : one.species,
              value: one.apcer.rate,
              ...one.apcer.exact,
              tone: one.faceShaped ? ('quiet' as const) : ('second' as const),
              words: eventsOf(one.apcer),
            })),
          },
          width,
        ),
      table: {
        caption: `${evidence === 'given' ? 'Given' : 'Simulated'} attacks on the depth check. Too coarse: refused because the sensor could not have told a face there either.`,
        head: ['Species', 'Accepted', 'APCER', '95\u00a0%', 'too coarse to tell'],
        rows: species.map((one) => [
          one.faceShaped ? `${one.species} (apart)` : one.species,
          eventsOf(one.apcer),
          percent(one.apcer.rate),
          between(one.apcer.exact),
          whole(one.tooCoarse),
        ]),
      },
    },
  ];
}

function colourAttackFigure(species: readonly ColourSpeciesFigures[]): Figure[] {
  const [worst] = species.toSorted((p, q) => q.apcer.rate - p.apcer.rate);
  if (!worst) return [];
  const finding = `The colour network alone accepts ${percent(worst.apcer.rate)} of the worst given species, ${worst.species} (95\u00a0%: ${between(worst.apcer.exact)})`;
  return [
    {
      id: 'apcer-colour',
      finding,
      measure:
        'share of colour pictures of given attacks that the colour network accepts (APCER), 95\u00a0%',
      plot: (width) =>
        rangePlot(
          {
            title: 'Attacks accepted by the colour network, given evidence',
            description: finding,
            scale: linearScale(0, 1, chosenPercent),
            words: 'attack presentation classification error rate',
            rows: species.map((one) => ({
              name: one.species,
              value: one.apcer.rate,
              ...one.apcer.exact,
              tone: 'second' as const,
              words: eventsOf(one.apcer),
            })),
          },
          width,
        ),
      table: {
        caption:
          'Given attacks before the colour network alone. Without a face an attack is refused.',
        head: ['Species', 'Accepted', 'APCER', '95\u00a0%', 'no face found'],
        rows: species.map((one) => [
          one.species,
          eventsOf(one.apcer),
          percent(one.apcer.rate),
          between(one.apcer.exact),
          whole(one.noFace),
        ]),
      },
    },
  ];
}

function bonaFideFigure(
  { bonaFide }: DepthPadFigures,
  colourPad: ColourPadFigures | null,
): Figure[] {
  const rows: { name: string; rate: MeasuredRate }[] = [
    ...(bonaFide ? [{ name: `Depth, ${bonaFide.people} people`, rate: bonaFide.bpcer }] : []),
    ...(colourPad
      ? [
          { name: 'Colour alone (no depth)', rate: colourPad.bpcer },
          { name: 'Colour, where depth shows a face', rate: colourPad.bpcerWithDepth },
        ]
      : []),
  ];
  if (rows.length === 0) return [];
  const finding = rows
    .map(({ name, rate }) => `${name.toLowerCase()} ${percent(rate.rate)}`)
    .join('; ');
  const heldOut = bonaFide?.heldOutBpcer ?? null;
  return [
    {
      id: 'bpcer',
      finding: `Real faces refused: ${finding}`,
      measure: `share of real faces that a check refuses (BPCER), one picture each, 95\u00a0%${
        heldOut === null
          ? ''
          : `; depth limits set on all people but one and tried on that one: ${percent(heldOut)}`
      }`,
      plot: (width) =>
        rangePlot(
          {
            title: 'Real faces refused',
            description: finding,
            scale: linearScale(
              0,
              Math.max(0.05, ...rows.map(({ rate }) => widest(rate).high)) * 1.05,
              chosenPercent,
            ),
            words: 'bona fide presentation classification error rate',
            rows: rows.map(({ name, rate }) => ({
              name,
              value: rate.rate,
              ...widest(rate),
              tone: 'second' as const,
              words: percent(rate.rate),
            })),
          },
          width,
        ),
      table: {
        caption: 'Real faces refused',
        head: ['Check', 'Refused', 'BPCER', '95\u00a0%, by picture', '95\u00a0%, by person'],
        rows: rows.map(({ name, rate }) => [
          name,
          eventsOf(rate),
          percent(rate.rate),
          between(rate.exact),
          between(rate.byPerson),
        ]),
      },
    },
  ];
}

function colourFigure(colourPad: ColourPadFigures | null): Figure[] {
  if (!colourPad) return [];
  const { scores, threshold, thresholdWithDepth } = colourPad;
  const finding = `The colour network would refuse ${eventsOf(colourPad.bpcer)} real faces`;
  return [
    {
      id: 'colour-pad',
      finding,
      measure: `share of real faces by the network’s score, 0 (attack) to 1 (live), in bins of ${scores.binWidth}`,
      plot: (width) =>
        curvePlot(
          {
            title: 'Scores of the colour network on real faces',
            description: finding,
            x: { scale: linearScale(0, 1), words: 'score' },
            y: {
              scale: linearScale(0, Math.max(...scores.shares) * 1.05, chosenPercent),
              words: 'share of faces',
            },
            curves: [
              {
                name: '',
                tone: 'second',
                filled: true,
                points: scores.shares.flatMap((share, i) => [
                  { x: scores.from + i * scores.binWidth, y: share },
                  { x: scores.from + (i + 1) * scores.binWidth, y: share },
                ]),
              },
            ],
            rules: [
              { x: thresholdWithDepth, words: `with depth ${score(thresholdWithDepth)}` },
              { x: threshold, words: `colour alone ${score(threshold)}` },
            ],
          },
          width,
        ),
      table: {
        caption: 'Real faces by score of the colour network',
        head: ['Score from', 'Share'],
        rows: scores.shares.map((share, i) => [
          score(scores.from + i * scores.binWidth),
          percent(share),
        ]),
      },
      isLong: true,
    },
  ];
}
