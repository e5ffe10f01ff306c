import { randomUUID } from 'node:crypto';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { spendableMinor } from '../../shared/domain/allowance.ts';
import { systemClock } from '../../shared/kernel/clock.ts';
import { AllowanceStore } from '../allowance/allowance-store.ts';
import { type OpenDatabase, openDatabase } from '../db/database.ts';
import { DirectoryStore } from '../enrolment/directory-store.ts';
import { OutboxStore } from '../outbox/outbox-store.ts';
import { ChainWitness } from './chain-witness.ts';
import { HubLife } from './life.ts';

const PURSE = { shopperId: randomUUID(), currency: 'CNY' } as const;

let dir: string;
let path: string;
let running: ReturnType<typeof start>;

/** A process of a hub on what is on its disk. */
function start() {
  const database: OpenDatabase = openDatabase(path);
  const { db, transact, settled } = database;
  const outbox = new OutboxStore(db, { hubId: 'hub-test', newId: randomUUID, clock: systemClock });
  const allowances = new AllowanceStore(db);
  const life = new HubLife({
    outbox,
    allowances,
    directory: new DirectoryStore(db),
    witness: new ChainWitness({ path: join(dir, 'chain.witness'), databasePath: path }),
    transact,
    settled,
    logger: pino({ level: 'silent' }),
  });
  return { database, outbox, allowances, life, restored: life.begin() };
}

async function restart(meanwhile: () => void = () => undefined): Promise<void> {
  await running.life.end();
  running.database.close();
  meanwhile();
  running = start();
}

const tell = (count: number): void => {
  for (let nth = 0; nth < count; nth += 1) {
    const occurredAt = new Date().toISOString();
    running.outbox.append({ id: randomUUID(), type: 'a.b', version: 1, occurredAt, data: {} });
  }
};
const backUp = (): void => {
  running.database.truncateLog();
  copyFileSync(path, join(dir, 'backup.db'));
};
const putBack = (): void => {
  for (const tail of ['', '-wal', '-shm']) rmSync(`${path}${tail}`, { force: true });
  copyFileSync(join(dir, 'backup.db'), path);
};
const grant = (grantedMinor: bigint, epoch = 1, closedMinor = 0n): void => {
  running.database.transact(() => {
    running.allowances.enterEpoch(epoch);
    const words = { grantedMinor, closedMinor, returnedMinor: 0n, epoch };
    running.allowances.raiseGranted(PURSE, words);
  });
};
const spendable = (): bigint => {
  const purse = running.allowances.find(PURSE);
  return purse ? spendableMinor(purse) : 0n;
};

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'wuma-life-'));
  path = join(dir, 'hub.db');
  running = start();
});
afterEach(async () => {
  await running.life.end();
  running.database.close();
  rmSync(dir, { recursive: true });
});

describe('a hub that starts', () => {
  it('goes on where it was, and spends what it was granted', async () => {
    expect(running.restored).toBe(false);
    tell(3);
    grant(500n);
    await restart();
    expect(running.restored).toBe(false);
    expect(spendable()).toBe(500n);
    // killed before the last events were kept
    tell(2);
    running.database.close();
    running = start();
    expect(running.restored).toBe(false);
  });

  it('on a backup says so in its chain, and spends nothing before central has answered', async () => {
    tell(3);
    grant(500n);
    backUp();
    tell(2);
    await restart(putBack);
    expect(running.restored).toBe(true);
    const [opened] = running.outbox.after(3, 2);
    expect(opened).toMatchObject({ type: 'epoch.opened' });
    expect(running.allowances.unconfirmed()).toBe(opened?.eventId);
    expect(spendable()).toBe(0n);
    await restart();
    expect(running.restored).toBe(false);
    expect(spendable()).toBe(0n);
    grant(900n, 2, 700n);
    expect(spendable()).toBe(200n);
    expect(running.allowances.unconfirmed()).toBeUndefined();
  });

  it('without its witness takes itself for one that was restored', async () => {
    tell(1);
    await restart(() => rmSync(join(dir, 'chain.witness')));
    expect(running.restored).toBe(true);
  });

  it('on an old backup of before central had answered for a later life spends nothing of it', async () => {
    tell(1);
    grant(500n);
    running.database.transact(() => running.allowances.enterEpoch(3));
    expect(spendable()).toBe(0n);
    grant(800n, 3, 600n);
    expect(spendable()).toBe(200n);
    // an answer of before comes late
    grant(500n);
    expect(spendable()).toBe(200n);
  });
});
