import { mkdtempSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pino } from 'pino';
import postgres from 'postgres';
import { describe, expect, it } from 'vitest';
import { PostgresCluster } from '../../central/db/postgres-cluster.ts';

const logger = pino({ level: 'silent' });
const isRoot = process.getuid?.() === 0;

async function ask(url: string, statement: string): Promise<unknown[]> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    return [...(await sql.unsafe(statement))];
  } finally {
    await sql.end();
  }
}

describe('a PostgreSQL of our own', () => {
  it.runIf(isRoot)(
    'finds a place where its user can reach it, and its data there again',
    async () => {
      // as below /root: nobody else can pass
      const dataDir = mkdtempSync(join(tmpdir(), 'wuma-closed-'));
      const options = { dataDir, port: 0, logger };
      const first = await PostgresCluster.start(options);
      const home = dirname(realpathSync(join(dataDir, 'pg')));
      try {
        await ask(first.url, 'create table kept as select 7 as seven');
        await first.stop();
        expect(readlinkSync(join(dataDir, 'pg'))).toMatch(/^\/var\/lib\/wuma\//);
        const second = await PostgresCluster.start(options);
        expect(await ask(second.url, 'select seven from kept')).toEqual([{ seven: 7 }]);
        expect(await ask(second.url, 'show fsync')).toEqual([{ fsync: 'on' }]);
        expect(await ask(second.url, 'show data_checksums')).toEqual([{ data_checksums: 'on' }]);
        await second.stop();
      } finally {
        await first.stop();
        rmSync(home, { recursive: true, force: true });
        rmSync(dataDir, { recursive: true, force: true });
      }
    },
  );

  it('says what PostgreSQL said when it cannot start', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'wuma-taken-'));
    const outer = mkdtempSync(join(tmpdir(), 'wuma-taken-'));
    const first = await PostgresCluster.start({ dataDir, port: 0, logger });
    try {
      const taken = Number(new URL(first.url).port);
      const second = PostgresCluster.start({ dataDir: outer, port: taken, logger });
      await expect(second).rejects.toThrow('could not bind');
    } finally {
      await first.stop();
      for (const dir of [dataDir, outer]) {
        const folder = realpathSync(join(dir, 'pg'));
        rmSync(folder.startsWith('/var/lib/wuma/') ? dirname(folder) : folder, { recursive: true });
        rmSync(dir, { recursive: true });
      }
    }
  });
});
