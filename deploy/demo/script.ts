import {
  ATTACK_SPECIES,
  type AttackSpecies,
  type Species,
} from '../../firmware-bridge/simulator/attack-species.ts';
import { seededRandom, shuffled } from '../../shared/kernel/seeded-random.ts';
import type { CastMember, FaceInPicture } from './cast.ts';

const ATTACKS = 10;

/** One look at a terminal's camera. */
export interface Scene {
  readonly kind: 'payment' | 'stranger' | 'attack';
  readonly who: CastMember;
  readonly picture: FaceInPicture;
  /** Whether the picture is another one than the enrolled. */
  readonly anotherPhoto: boolean;
  /** What is held before the camera. */
  readonly species: Species;
  readonly amountMinor: bigint;
  readonly seed: string;
}

/** The whole play, in order: every shopper pays `visits` times, strangers and attackers come in between. */
export function writeScript(cast: {
  readonly shoppers: readonly CastMember[];
  readonly strangers: readonly CastMember[];
  readonly visits: number;
  readonly seed: number;
}): Scene[] {
  const random = seededRandom(cast.seed);
  const payments = cast.shoppers.flatMap((who) =>
    Array.from({ length: cast.visits }, (_, visit) => {
      const others = who.pictures.slice(1);
      const picture = others[visit % Math.max(1, others.length)] ?? who.pictures[0];
      return { kind: 'payment' as const, who, picture, species: 'bona-fide' as const };
    }),
  );
  const strangers = cast.strangers.map((who) => ({
    kind: 'stranger' as const,
    who,
    picture: who.pictures[0],
    species: 'bona-fide' as const,
  }));
  const attacks = shuffled(cast.shoppers, random)
    .slice(0, ATTACKS)
    .map((who, i) => ({
      kind: 'attack' as const,
      who,
      picture: who.pictures[0],
      species: speciesOf(i),
    }));
  return shuffled([...payments, ...strangers, ...attacks], random).map((scene, i) => ({
    ...scene,
    anotherPhoto: scene.picture !== scene.who.pictures[0],
    amountMinor: BigInt(100 + Math.floor(random() * 9_900)),
    seed: `${cast.seed}/${i}`,
  }));
}

function speciesOf(i: number): AttackSpecies {
  return ATTACK_SPECIES[i % ATTACK_SPECIES.length] ?? 'flat-print';
}
