import { EventEmitter } from 'node:events';
import { PGlite } from '@electric-sql/pglite';
import type postgres from 'postgres';
import { type OpenDatabase, openDatabase } from '../../central/db/database.ts';
import { present } from '../../shared/kernel/assert.ts';
import type { SimProcess } from './world.ts';

/** A simple query of the wire protocol: `Q`, length, text. */
function queryMessage(text: string): Uint8Array {
  const body = Buffer.from(`${text}\0`);
  const head = Buffer.alloc(5);
  head.write('Q');
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

/** The least and the most that PostgreSQL takes for what it is sent at once. */
const WORK_MS = [0.1, 1.5] as const;
const LEAST_APART_MS = 0.01;

/** The line from the client to PostgreSQL, in this process: bytes that are executed and answered in simulated time. */
class SimSocket extends EventEmitter {
  readonly readyState = 'open';
  private readonly engine: PGlite;
  private readonly process: SimProcess;
  private isOpen = true;
  /** When what was sent last has come, there and back: nothing overtakes it. */
  private readonly comesAtMs = { asked: 0, answered: 0 };

  constructor(engine: PGlite, process: SimProcess) {
    super();
    this.engine = engine;
    this.process = process;
  }

  write(bytes: Uint8Array): boolean {
    // it ends between the two: done, and nobody has heard of it
    const sent = Buffer.from(bytes);
    this.carry('asked', () => {
      if (!this.isOpen) return;
      const answer = Buffer.from(this.engine.execProtocolRawSync(sent));
      this.carry('answered', () => {
        if (this.isOpen && answer.length > 0) this.emit('data', answer);
      });
    });
    return true;
  }

  private carry(way: 'asked' | 'answered', deliver: () => void): void {
    const { process, comesAtMs } = this;
    const { now } = process.machine.world.scheduler;
    const soonestMs = comesAtMs[way] + LEAST_APART_MS;
    const atMs = Math.max(soonestMs, now + process.machine.random.between(...WORK_MS));
    comesAtMs[way] = atMs;
    process.after(atMs - now, deliver);
  }

  pause(): void {}

  resume(): void {}

  end(): void {
    this.destroy();
  }

  destroy(): void {
    this.isOpen = false;
    queueMicrotask(() => this.emit('close'));
  }
}

/**
 * Central's PostgreSQL: the real engine in WebAssembly, spoken to by the client of operation over its wire protocol. One
 * session: transactions run one after the other. It outlives central's process, and is emptied for the next run.
 */
export class CityDatabase {
  private readonly engine: PGlite;
  private readonly tables: readonly string[];
  /** Those that the schema comes with rows in. */
  private readonly filled: readonly string[];

  private constructor(
    engine: PGlite,
    names: { readonly tables: readonly string[]; readonly filled: readonly string[] },
  ) {
    this.engine = engine;
    this.tables = names.tables;
    this.filled = names.filled;
  }

  static async create(): Promise<CityDatabase> {
    const engine = await PGlite.create();
    const migrated = await openDatabase('postgres://sim@sim/sim', directly(engine));
    await migrated.close();
    const { rows } = await engine.query<{ name: string }>(
      `select format('%I', tablename) as name from pg_tables where schemaname = 'public' order by 1`,
    );
    const tables = rows.map(({ name }) => name);
    await engine.exec('create schema at_first');
    const filled: string[] = [];
    for (const table of tables) {
      const first = await engine.query(`select 1 from public.${table} limit 1`);
      if (first.rows.length === 0) continue;
      await engine.exec(`create table at_first.${table} as table public.${table}`);
      filled.push(table);
    }
    return new CityDatabase(engine, { tables, filled });
  }

  /** As it was when it was made. */
  async reset(): Promise<void> {
    this.release();
    const restored = this.filled.map(
      (table) => `insert into public.${table} overriding system value table at_first.${table};`,
    );
    const written = (await this.written()).map((table) => `public.${table}`);
    await this.engine.exec(`
      begin;
      set local session_replication_role = replica;
      truncate ${written.join(', ')} cascade;
      ${restored.join('\n')}
      select setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
        from pg_sequences where last_value is not null;
      commit;
      checkpoint;`);
  }

  /** Tables with rows in them: to empty one that is empty takes as long. */
  private async written(): Promise<string[]> {
    const each = this.tables.map(
      (table) => `select '${table}' as name where exists (select 1 from public.${table})`,
    );
    const rows = await this.query<{ name: string }>(each.join(' union all '));
    return rows.map(({ name }) => name);
  }

  /** Central's connection. What it has not committed when its process ends is undone by `release`. */
  connect(process: SimProcess): Promise<OpenDatabase> {
    // the client connects by a timer of the machine's
    const connected = process.machine.world.scheduler.hold();
    return openDatabase(
      'postgres://sim@sim/sim',
      over(() => {
        connected();
        return new SimSocket(this.engine, process);
      }),
    );
  }

  /** What PostgreSQL does when a client is gone. */
  release(): void {
    this.engine.execProtocolRawSync(queryMessage('rollback'));
    this.engine.execProtocolRawSync(queryMessage('discard all'));
  }

  /** Straight to the engine, for looking, and for planted damage. */
  async query<Row>(text: string): Promise<readonly Row[]> {
    const results = await this.engine.exec(text);
    return present(results.at(-1), 'a result').rows as Row[];
  }

  /** A connection outside of simulated time. */
  look(): Promise<OpenDatabase> {
    return openDatabase('postgres://sim@sim/sim', directly(this.engine));
  }

  close(): Promise<void> {
    return this.engine.close();
  }
}

/** Nothing of the client may depend on the machine's time. */
const SINGLE: postgres.Options<Record<string, never>> = {
  max: 1,
  idle_timeout: 0,
  connect_timeout: 0,
  max_lifetime: null,
  fetch_types: false,
};

/** The client's types do not know that it takes a socket. */
function over(socket: () => EventEmitter): postgres.Options<Record<string, never>> {
  return Object.assign({ socket }, SINGLE);
}

function directly(engine: PGlite): postgres.Options<Record<string, never>> {
  const socket = (): EventEmitter => {
    const emitter = new EventEmitter();
    const close = (): void => queueMicrotask(() => emitter.emit('close'));
    return Object.assign(emitter, {
      readyState: 'open',
      pause: () => undefined,
      resume: () => undefined,
      write: (bytes: Uint8Array) => {
        const answer = Buffer.from(engine.execProtocolRawSync(bytes));
        queueMicrotask(() => {
          if (answer.length > 0) emitter.emit('data', answer);
        });
        return true;
      },
      end: close,
      destroy: close,
    });
  };
  return over(socket);
}
