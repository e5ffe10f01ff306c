import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { createDatabase, PostgresCluster } from '../../central/db/postgres-cluster.ts';

/** A real PostgreSQL for one test file, and a fresh database for each test. */
export class TestPostgres {
  private readonly cluster: PostgresCluster;
  private readonly dir: string;
  private made = 0;

  private constructor(cluster: PostgresCluster, dir: string) {
    this.cluster = cluster;
    this.dir = dir;
  }

  static async start(): Promise<TestPostgres> {
    const dir = mkdtempSync(join(tmpdir(), 'wuma-test-pg-'));
    // PostgreSQL runs as another user when we are root, and has to pass through
    chmodSync(dir, 0o711);
    const logger = pino({ level: 'silent' });
    const cluster = await PostgresCluster.start({ dataDir: dir, port: 0, logger });
    return new TestPostgres(cluster, dir);
  }

  /** @returns the address of a new, empty database */
  async createDatabase(): Promise<string> {
    this.made += 1;
    const url = new URL(this.cluster.url);
    url.pathname = '/postgres';
    const name = `test_${this.made}`;
    await createDatabase(url.href, name);
    url.pathname = `/${name}`;
    return url.href;
  }

  async stop(): Promise<void> {
    await this.cluster.stop();
    rmSync(this.dir, { recursive: true, force: true });
  }
}
