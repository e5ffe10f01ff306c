import { type Placeholder, sql } from 'drizzle-orm';

/**
 * A placeholder for each name, for statements that are prepared once and run for every payment: making a
 * statement's text anew and compiling it costs ten times what running it does. SQLite itself compiles a statement anew at each
 * run where a placeholder stands in a LIMIT or beside a join, since its plan might be another one: what every payment asks
 * has neither.
 */
export function placeholders<const Name extends string>(
  ...names: readonly Name[]
): Record<Name, Placeholder<Name>> {
  const entries = names.map((name) => [name, sql.placeholder(name)] as const);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- fromEntries forgets the names
  return Object.fromEntries(entries) as Record<Name, Placeholder<Name>>;
}
