import type { AttackSpecies } from '../../firmware-bridge/simulator/attack-species.ts';
import type { CastMember, FaceInPicture } from './cast.ts';
import { seededRandom, shuffled } from './random.ts';

const PAYMENTS_PER_SHOPPER = 4;
const SPECIES: readonly AttackSpecies[] = [
  'flat-print',
  'bent-print-1',
  'bent-print-2',
  'phone-screen',
];
const ATTACKS = 10;

/** When a scene is played, seen from the link to central. */
export type Phase = 'before' | 'outage' | 'after';

export interface Scene {
  readonly kind: 'payment' | 'stranger' | 'attack';
  readonly who: CastMember;
  readonly picture: FaceInPicture;
  /** Whether the picture is another one than the enrolled. */
  readonly anotherPhoto: boolean;
  /** What is held before the camera. */
  readonly species: 'bona-fide' | AttackSpecies;
  readonly amountMinor: bigint;
  readonly seed: number;
  readonly phase: Phase;
}

/** The whole play, in order: every shopper pays four times, strangers and attackers come in between. */
export function writeScript(cast: {
  readonly shoppers: readonly CastMember[];
  readonly strangers: readonly CastMember[];
  readonly seed: number;
}): Scene[] {
  const random = seededRandom(cast.seed);
  const amount = (): bigint => BigInt(100 + Math.floor(random() * 9_900));
  const payments = cast.shoppers.flatMap((who) =>
    Array.from({ length: PAYMENTS_PER_SHOPPER }, (_, visit) => {
      const others = who.pictures.slice(1);
      const picture = others[visit % Math.max(1, others.length)] ?? who.pictures[0];
      return { kind: 'payment' as const, who, picture, species: 'bona-fide' as const };
    }),
  );
  const strangers = cast.strangers.map((who) => {
    return { kind: 'stranger' as const, who, picture: who.pictures[0], species: 'bona-fide' as const };
  });
  const attacks = shuffled(cast.shoppers, random)
    .slice(0, ATTACKS)
    .map((who, i) => {
      const species = SPECIES[i % SPECIES.length] ?? 'flat-print';
      return { kind: 'attack' as const, who, picture: who.pictures[0], species };
    });
  const order = shuffled([...payments, ...strangers, ...attacks], random);
  return order.map((scene, i) => ({
    ...scene,
    anotherPhoto: scene.picture !== scene.who.pictures[0],
    amountMinor: amount(),
    seed: cast.seed * 1_000 + i,
    phase: phaseOf(i / order.length),
  }));
}

function phaseOf(share: number): Phase {
  if (share < 0.3) return 'before';
  return share < 0.7 ? 'outage' : 'after';
}
