/** How far a search goes. */
export interface SearchLimits {
  /** Ends when the simplex's values differ by less. */
  readonly tolerance: number;
  readonly mostSteps: number;
  /** First step along each axis. */
  readonly firstStep: number;
}

export interface Minimum {
  readonly at: readonly number[];
  readonly value: number;
  /** Whether it ended by the tolerance, not by the number of steps. */
  readonly converged: boolean;
}

interface Vertex {
  readonly at: readonly number[];
  readonly value: number;
}

const DEFAULT_LIMITS: SearchLimits = { tolerance: 1e-11, mostSteps: 5_000, firstStep: 0.5 };

/**
 * Minimises a function of a few variables without derivatives (Nelder and Mead 1965, the usual
 * coefficients), and begins anew from where it ended until that gains nothing: a simplex can collapse.
 *
 * @param f may answer NaN or infinity where it is not defined: such points are left again
 */
export function minimise(
  f: (at: readonly number[]) => number,
  start: readonly number[],
  limits: SearchLimits = DEFAULT_LIMITS,
): Minimum {
  let best = descend(f, start, limits);
  for (let again = 0; again < 5; again += 1) {
    const next = descend(f, best.at, { ...limits, firstStep: limits.firstStep / 5 });
    const gained = best.value - next.value;
    if (gained >= 0) best = next;
    if (gained < limits.tolerance * Math.max(1, Math.abs(best.value))) break;
  }
  return best;
}

function descend(
  f: (at: readonly number[]) => number,
  start: readonly number[],
  { tolerance, mostSteps, firstStep }: SearchLimits,
): Minimum {
  const vertexAt = (at: readonly number[]): Vertex => {
    const value = f(at);
    return { at, value: Number.isNaN(value) ? Number.POSITIVE_INFINITY : value };
  };
  let simplex = [
    vertexAt(start),
    ...start.map((_, axis) =>
      vertexAt(start.map((value, i) => (i === axis ? value + firstStep : value))),
    ),
  ];
  for (let step = 0; step < mostSteps; step += 1) {
    simplex = simplex.toSorted((p, q) => p.value - q.value);
    const [best, worst] = [simplex[0], simplex.at(-1)];
    if (!best || !worst) break;
    if (worst.value - best.value <= tolerance * Math.max(1, Math.abs(best.value))) {
      return { ...best, converged: true };
    }
    simplex = nextSimplex(simplex, vertexAt);
  }
  const [best = vertexAt(start)] = simplex.toSorted((p, q) => p.value - q.value);
  return { ...best, converged: false };
}

/** One step: the worst vertex is reflected, stretched or drawn in, or all shrink towards the best. */
function nextSimplex(
  sorted: readonly Vertex[],
  vertexAt: (at: readonly number[]) => Vertex,
): Vertex[] {
  const kept = sorted.slice(0, -1);
  const [best, worst, second] = [sorted[0], sorted.at(-1), kept.at(-1)];
  if (!best || !worst || !second) return [...sorted];
  const centre = best.at.map(
    (_, i) => kept.reduce((sum, { at }) => sum + (at[i] ?? 0), 0) / kept.length,
  );
  const along = (factor: number): Vertex =>
    vertexAt(centre.map((value, i) => value + factor * ((worst.at[i] ?? 0) - value)));
  const reflected = along(-1);
  if (reflected.value < best.value) {
    const stretched = along(-2);
    return [...kept, stretched.value < reflected.value ? stretched : reflected];
  }
  if (reflected.value < second.value) return [...kept, reflected];
  const drawnIn = reflected.value < worst.value ? along(-0.5) : along(0.5);
  if (drawnIn.value < Math.min(reflected.value, worst.value)) return [...kept, drawnIn];
  return [
    best,
    ...sorted.slice(1).map(({ at }) => vertexAt(at.map((v, i) => ((best.at[i] ?? 0) + v) / 2))),
  ];
}
