import type { OpenDatabase } from '../../edge-hub/db/database.ts';

/**
 * What stops a write that belongs to no transaction, so that a test fails where the code forgets one. Neither of the two
 * is there in operation.
 */

/**
 * A hub's database refuses to insert, update or delete outside of `transact`, `transactInGroup` and `lazily`.
 * Statements that were prepared before are refused too: the guard is in SQLite, as triggers of this connection.
 */
export function refuseLoneWrites({ db }: Pick<OpenDatabase, 'db'>): void {
  const client = db.$client;
  client.function('in_transaction', { deterministic: false }, () => Number(client.inTransaction));
  const tables = client
    .prepare<[], { name: string }>(`SELECT name FROM main.sqlite_schema WHERE type = 'table'
      AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'`)
    .all();
  for (const { name } of tables) {
    for (const change of ['INSERT', 'UPDATE', 'DELETE']) {
      // of `lazily` SQLite knows that its commit does not wait for the disk
      client.exec(`CREATE TEMP TRIGGER lone_${change}_${name} BEFORE ${change} ON main.${name}
        WHEN NOT in_transaction() AND (SELECT synchronous FROM pragma_synchronous) = 2
        BEGIN SELECT RAISE(ABORT, '${name} is written outside of a transaction'); END`);
    }
  }
}

/** The address by which PostgreSQL lets central write in `transact` alone: its connections read otherwise. */
export function withoutLoneWrites(databaseUrl: string): string {
  const url = new URL(databaseUrl);
  url.searchParams.set('default_transaction_read_only', 'on');
  return url.href;
}
