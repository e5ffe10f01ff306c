import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { openDatabase } from '../../central/db/database.ts';
import { createDatabase, PostgresCluster } from '../../central/db/postgres-cluster.ts';
import { assert } from '../../shared/kernel/assert.ts';

// A process of its own, started by `postgres-setup.ts`: one real PostgreSQL, durable as central's own, until that one ends.
assert(process.send !== undefined, 'this program is started by the tests');

const MIGRATED = 'migrated';

const dir = mkdtempSync(join(tmpdir(), 'wuma-test-pg-'));
// PostgreSQL runs as another user when we are root, and has to pass through
chmodSync(dir, 0o711);

// a terminal's Ctrl-C is the tests' to answer
process.on('SIGINT', () => {});
const logger = pino({ level: 'silent' });
const starting = PostgresCluster.start({ dataDir: dir, port: 0, logger });

const migrated = starting.then(async ({ url }) => {
  await createDatabase(url, MIGRATED);
  const { href } = new URL(`/${MIGRATED}`, url);
  const database = await openDatabase(href);
  await database.close();
  return href;
});

async function stop(): Promise<void> {
  const cluster = await starting;
  await migrated.catch(() => undefined);
  await cluster.stop();
  rmSync(dir, { recursive: true, force: true });
  process.exit(0);
}
process.once('disconnect', () => void stop());

const address = await migrated;
if (process.connected) process.send(address);
