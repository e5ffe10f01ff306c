import { present } from '../../shared/kernel/assert.ts';
import { shuffled } from '../../shared/kernel/seeded-random.ts';

/** Everything known of one enrolled person that the policy asks about. */
export interface Enrolled {
  readonly personId: string;
  readonly path: string;
  readonly last4: string;
  readonly pin: string;
  /** A regular of the shop where the probes are taken. */
  readonly familiar: boolean;
}

export interface StreetProbe {
  readonly path: string;
  /** Whose; undefined for a stranger. */
  readonly personId: string | undefined;
}

/** One street drawn by lot: who is enrolled by which picture, and who looks at the terminal. */
export interface StreetDraw {
  readonly enrolled: readonly Enrolled[];
  readonly probes: readonly StreetProbe[];
}

/**
 * Draws `gallery` people, one picture each to enrol by; all their other pictures and all pictures of everybody
 * else are probes.
 *
 * @param picturesOf by person; nobody without a picture
 */
export function drawStreet(
  picturesOf: ReadonlyMap<string, readonly string[]>,
  options: { readonly gallery: number; readonly regulars: number; readonly random: () => number },
): StreetDraw {
  const { gallery, regulars, random } = options;
  const people = shuffled([...picturesOf], random);
  const enrolled: Enrolled[] = [];
  const probes: StreetProbe[] = [];
  for (const [personId, pictures] of people) {
    if (enrolled.length === gallery) {
      probes.push(...pictures.map((path) => ({ path, personId: undefined })));
      continue;
    }
    const [path, ...others] = shuffled(pictures, random);
    enrolled.push({
      personId,
      path: present(path, 'a picture of everybody'),
      last4: digits(4, random),
      pin: digits(6, random),
      familiar: random() < regulars,
    });
    probes.push(...others.map((other) => ({ path: other, personId })));
  }
  return { enrolled, probes };
}

/** So many digits by lot. */
export function digits(count: number, random: () => number): string {
  return Array.from({ length: count }, () => Math.floor(random() * 10)).join('');
}
