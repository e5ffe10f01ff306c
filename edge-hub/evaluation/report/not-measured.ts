import type { NotMeasured, RecognitionReport } from '../../../models/report/recognition-report.ts';

/** What no set of pictures can tell, whatever is given. */
const NEVER: readonly NotMeasured[] = [
  {
    what: 'Error rates by age, sex or skin',
    why: 'The set says nothing of its people but who they are. Rates may differ between groups; give a set of each group to compare them.',
  },
  {
    what: 'People before a terminal',
    why: 'Pictures of a set are not looks at a counter: light, distance, camera and cooperation are others there.',
  },
  {
    what: 'Several frames of one look',
    why: 'A set of pictures has no bursts. A payment joins up to five frames; what that gives is not in these figures.',
  },
  {
    what: 'The same people years later',
    why: 'The set does not say when its pictures were taken.',
  },
];

/** Every part of a report that has no figures, and why. */
export function notMeasured(
  measured: Pick<
    RecognitionReport,
    'verification' | 'identification' | 'colourPad' | 'colourAttacks' | 'depthPad' | 'time'
  > & { readonly hasPairs: boolean },
): NotMeasured[] {
  const { verification, identification, depthPad } = measured;
  const given = depthPad.species.filter(({ evidence }) => evidence === 'given');
  const absent: [isAbsent: boolean, what: string, why: string][] = [
    [
      verification === null,
      'Verification',
      'Needs two people, and two pictures of one of them, in which a face is found.',
    ],
    [
      verification !== null && verification.operatingPoints.every(({ name }) => name !== '1e-6'),
      'Verification at a false match rate of 1e-6',
      'Needs at least ten million comparisons of different people.',
    ],
    [!measured.hasPairs, 'Accuracy on listed pairs', 'No list of pairs was given (--pairs).'],
    [
      identification.length === 0,
      'Identification',
      'Needs four people with a picture in which a face is found.',
    ],
    [
      identification.some(({ mated }) => mated === null),
      'Misses of enrolled people',
      'Nobody who was enrolled has a second picture.',
    ],
    [measured.colourPad === null, 'The colour network on real faces', 'No face was found.'],
    [
      depthPad.bonaFide === null,
      'Real faces before the depth check',
      'No depth pictures of real faces were given (--depth-bona-fide).',
    ],
    [
      given.length === 0,
      'Real attacks before the depth check',
      'No depth pictures of real attacks were given (--attack). Simulated attacks show that the checks do what they are for, not how well a shop is protected.',
    ],
    [
      depthPad.species.every(({ evidence }) => evidence !== 'simulated'),
      'Simulated attacks',
      'Switched off (--attacks 0).',
    ],
    [
      measured.colourAttacks.length === 0,
      'Real attacks before the colour network',
      'No colour pictures of real attacks were given (--attack): its APCER is not known.',
    ],
    [measured.time === null, 'Time', 'No picture would pass as a payment.'],
  ];
  return [
    ...absent.flatMap(([isAbsent, what, why]) => (isAbsent ? [{ what, why }] : [])),
    ...NEVER,
  ];
}
