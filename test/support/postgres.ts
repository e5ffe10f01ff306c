import { randomUUID } from 'node:crypto';
import postgres from 'postgres';
import { inject } from 'vitest';

/** A test file's databases on the PostgreSQL of the run (`postgres-setup.ts`), a fresh one for each test. */
export class TestPostgres {
  private readonly migrated: URL;
  private readonly admin: postgres.Sql;
  private readonly made: string[] = [];

  private constructor(migrated: URL) {
    this.migrated = migrated;
    this.admin = postgres(new URL('/postgres', migrated).href, { max: 1, onnotice: () => {} });
  }

  static async start(): Promise<TestPostgres> {
    const opened = new TestPostgres(new URL(inject('migratedDatabase')));
    await opened.admin`select 1`;
    return opened;
  }

  /** @returns the address of a new database with today's schema and no rows */
  async createDatabase(): Promise<string> {
    const { admin, migrated } = this;
    const name = `test_${randomUUID()}`;
    await admin`create database ${admin(name)} template ${admin(migrated.pathname.slice(1))}`;
    this.made.push(name);
    return new URL(`/${name}`, migrated).href;
  }

  /** Drops the file's databases, also from under whoever is still connected. */
  async stop(): Promise<void> {
    const { admin } = this;
    for (const name of this.made) await admin`drop database ${admin(name)} with (force)`;
    await admin.end();
  }
}
