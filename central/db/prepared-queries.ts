import type postgres from 'postgres';

/** How a transaction begins; one that is to read alone says so itself. */
export const READ_WRITE = 'read write';
/** So many queries one connection keeps prepared: PostgreSQL holds a plan of each. */
const MOST_PREPARED = 200;

/** Which queries come again. */
class RepeatedQueries {
  private readonly once = new Set<string>();
  private readonly repeated = new Set<string>();

  /** Whether the query was asked before, as far as there is room to know it. */
  has(text: string): boolean {
    if (this.repeated.has(text)) return true;
    if (!this.once.has(text)) {
      // texts that are made for one use, with a parameter for each of some rows, must not fill it for ever
      if (this.once.size >= MOST_PREPARED) this.once.clear();
      this.once.add(text);
      return false;
    }
    if (this.repeated.size >= MOST_PREPARED) return false;
    this.repeated.add(text);
    return true;
  }
}

/**
 * A client that prepares queries which come again. Without it each query with parameters is parsed anew and takes two round
 * trips to PostgreSQL, the first to ask for the types of its parameters; prepared it takes one.
 */
export function preparing(client: postgres.Sql): postgres.Sql {
  return over(client, new RepeatedQueries());
}

function over<Client extends postgres.Sql | postgres.TransactionSql>(
  client: Client,
  queries: RepeatedQueries,
): Client {
  const unsafe: postgres.Sql['unsafe'] = (text, parameters, options) =>
    client.unsafe(text, parameters, {
      ...options,
      prepare: (parameters?.length ?? 0) > 0 && queries.has(text),
    });
  return new Proxy(client, {
    get: (target, name): unknown => {
      if (name === 'unsafe') return unsafe;
      const value: unknown = Reflect.get(target, name);
      if ((name !== 'begin' && name !== 'savepoint') || typeof value !== 'function') return value;
      return (...args: unknown[]): unknown => {
        const work = args.pop();
        const within = (tx: postgres.TransactionSql): unknown =>
          typeof work === 'function'
            ? Reflect.apply(work, undefined, [over(tx, queries)])
            : undefined;
        const how = name === 'begin' ? [READ_WRITE] : [];
        return Reflect.apply(value, target, [...how, ...args, within]);
      };
    },
  });
}
