import { barPlot } from '../plot/bar-plot.ts';
import type { Acquisition, RecognitionReport } from '../recognition-report.ts';
import type { Figure, Section } from './markup.ts';
import { between, eventsOf, percent, whole } from './numbers.ts';

const REASONS: Readonly<Record<string, string>> = {
  not_an_image: 'not a picture that can be read',
  image_too_large: 'more pixels than are taken',
  no_face: 'no face found',
  several_faces: 'several faces, and it is not clear whose',
  face_too_small: 'face too small',
  face_turned_away: 'face turned away',
  face_blurred: 'face blurred',
  light_too_low: 'too dark',
  light_too_strong: 'too bright',
  eyes_covered: 'eyes covered',
};

/** The crew and what could be taken of them. */
export function crewSection({ imageSet }: RecognitionReport): Section {
  const { pictures, people, peopleWithSeveral, picturesPerPerson } = imageSet;
  const rows = picturesPerPerson.map(({ from, to, people: some }) => ({
    name: to === null ? `${from} and more` : from === to ? String(from) : `${from} to ${to}`,
    some,
  }));
  const figure: Figure = {
    id: 'pictures-per-person',
    finding: `${whole(peopleWithSeveral)} of ${whole(people)} people have more than one picture`,
    measure: 'people, by how many pictures they have',
    plot: (width) =>
      barPlot(
        {
          title: 'Pictures of each person',
          description: rows.map(({ name, some }) => `${name}: ${some} people`).join('; '),
          rows: rows.map(({ name, some }) => ({
            name: `${name} ${name === '1' ? 'picture' : 'pictures'}`,
            words: whole(some),
            parts: [{ value: some, tone: 'second' as const }],
          })),
        },
        width,
      ),
    table: {
      caption: 'People by the number of their pictures',
      head: ['Pictures', 'People', 'Share'],
      rows: rows.map(({ name, some }) => [name, whole(some), percent(some / people)]),
    },
  };
  return {
    id: 'crew',
    title: `Test crew: ${whole(people)} people in ${whole(pictures)} pictures`,
    parts: [figure],
  };
}

/** Failures to enrol and to acquire, by reason. */
export function acquisitionSection({
  enrolment,
  poorQuality,
  payment,
}: RecognitionReport): Section {
  const stages = [
    { name: 'Photographs: a face is found', of: enrolment },
    { name: 'Faces: good enough to enrol', of: poorQuality },
    { name: 'Looks, as a payment has one', of: payment },
  ].flatMap(({ name, of }) => (of ? [{ name, of }] : []));
  return {
    id: 'acquisition',
    title: 'Failure to enrol and to acquire',
    parts: [
      {
        id: 'failures',
        finding: findingOf(enrolment, payment),
        measure: 'share of pictures that are refused before anything is compared',
        plot: (width) =>
          barPlot(
            {
              title: 'Failures to enrol and to acquire',
              description: stages
                .map(({ name, of }) => `${name}: ${percent(of.failures.rate)} fail`)
                .join('; '),
              rows: stages.flatMap(({ name, of }) => [
                {
                  name,
                  words: percent(of.failures.rate),
                  parts: [{ value: of.failures.rate, tone: 'accent' as const }],
                },
                ...of.reasons.map(({ code, pictures }) => ({
                  name: `– ${wordsOf(code)}`,
                  words: percent(pictures / of.failures.trials),
                  parts: [{ value: pictures / of.failures.trials, tone: 'quiet' as const }],
                })),
              ]),
              full: Math.max(0.01, ...stages.map(({ of }) => of.failures.rate)),
            },
            width,
          ),
        table: {
          caption: 'Failures by reason. A picture counts once, under the first reason.',
          head: [
            'Stage and reason',
            'Pictures',
            'Share',
            '95\u00a0%, by picture',
            '95\u00a0%, by person',
          ],
          rows: stages.flatMap(({ name, of }) => rowsOf(name, of)),
        },
      },
      {
        words: [
          'Comparisons are made with every face that was found, poor ones too: error rates do not hide behind refusals.',
        ],
      },
    ],
  };
}

function findingOf(enrolment: Acquisition, payment: Acquisition | null): string {
  const found = `No face is found in ${eventsOf(enrolment.failures)} pictures`;
  return payment
    ? `${found}; as a payment, ${percent(payment.failures.rate)} of looks are refused before comparing`
    : found;
}

function rowsOf(name: string, { failures, reasons }: Acquisition): string[][] {
  return [
    [
      name,
      eventsOf(failures),
      percent(failures.rate),
      between(failures.exact),
      between(failures.byPerson),
    ],
    ...reasons.map(({ code, pictures }) => [
      `– ${wordsOf(code)}`,
      whole(pictures),
      percent(pictures / failures.trials),
      '',
      '',
    ]),
  ];
}

function wordsOf(code: string): string {
  return REASONS[code] ?? code;
}
