/** Thrown when the program contradicts itself; never for input from outside. */
export class AssertionFault extends Error {
  override readonly name = 'AssertionFault';
}

/** States an invariant. A failure is a bug of ours, so it throws. */
export function assert(condition: unknown, why: string): asserts condition {
  if (!condition) throw new AssertionFault(why);
}

/** Returns the value, or throws when it is absent although it cannot be. */
export function present<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) throw new AssertionFault(`absent: ${what}`);
  return value;
}

/** Marks a branch that a complete `switch` never reaches; a missing case does not compile. */
export function unreachable(value: never): never {
  throw new AssertionFault(`unreachable: ${JSON.stringify(value)}`);
}
