import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../central/db/database.ts';
import { Enrolment } from '../../central/enrolment/enrolment.ts';
import { readDelivery } from '../../central/intake/hub-chain.ts';
import { IntakeBooking, OwnershipLostError } from '../../central/intake/intake-booking.ts';
import { addHubs } from '../../central/intake/intake-store.ts';
import { Phones } from '../../central/phones/phones.ts';
import { Wallets } from '../../central/wallet/wallets.ts';
import { StackProcess } from '../../deploy/stack/child-process.ts';
import { present } from '../../shared/kernel/assert.ts';
import { systemClock } from '../../shared/kernel/clock.ts';
import { ChainWriter, newId } from '../support/chain-writer.ts';
import { eventually } from '../support/eventually.ts';
import { TestPostgres } from '../support/postgres.ts';
import { TestCentral } from '../support/test-central.ts';
import { TestCity } from '../support/test-city.ts';

const HUB = 'hub-wuma';
const MAIN = fileURLToPath(new URL('../../central/main.ts', import.meta.url));

let postgres: TestPostgres;
let city: TestCity;

beforeAll(async () => {
  [postgres, city] = await Promise.all([TestPostgres.start(), TestCity.start([HUB])]);
});
afterAll(async () => {
  await city.stop();
  await postgres.stop();
});

/** Central as a process of its own, on this database. */
async function startProcess(databaseUrl: string): Promise<StackProcess> {
  const central = new StackProcess({
    name: 'central',
    program: process.execPath,
    args: [MAIN],
    logPath: join(city.dir, 'central-a.log'),
    env: {
      PATH: process.env['PATH'] ?? '',
      DATABASE_URL: databaseUrl,
      CENTRAL_DATA_DIR: join(city.dir, 'central-a'),
      CENTRAL_HTTP_PORT: '0',
      CENTRAL_NATS_URL: city.nats.url,
      CENTRAL_NATS_USER: city.nats.user,
      CENTRAL_NATS_PASSWORD_FILE: city.nats.passwordFile,
      CENTRAL_HUBS: HUB,
      // longer than a poll of an idle stream, at whose end it is renewed
      CENTRAL_LEASE_SECONDS: '4',
      CENTRAL_TLS_CA: city.pki.caPath,
      CENTRAL_WEB_DIR: join(city.dir, 'web'),
      CENTRAL_INSIGHT: 'off',
    },
  });
  await central.untilReady(
    async (stdout) => stdout.split('\n').find((each) => each.startsWith('{')),
    60_000,
  );
  return central;
}

/** Two centrals' bookings on one database. */
async function twoBookings() {
  const url = await postgres.createDatabase();
  const databases = [await openDatabase(url), await openDatabase(url)] as const;
  await addHubs(databases[0].db, [HUB]);
  const settings = { currency: 'CNY', limitMinor: 0n } as const;
  const clock = systemClock;
  const [a, b] = databases.map((database) => ({
    database,
    booking: new IntakeBooking({
      database,
      clock,
      enrolment: new Enrolment({ authorities: [], clock, newId }),
      wallets: new Wallets({ settings, clock, newId }),
      phones: new Phones({ clock, newId }),
    }),
  }));
  return { a: present(a, 'a'), b: present(b, 'b') };
}

describe('a hub', () => {
  it('that another central has taken over is not written to by the one before', async () => {
    const { a, b } = await twoBookings();
    const chain = new ChainWriter(HUB);
    const book = async (booking: IntakeBooking, fence: number): Promise<number> => {
      const { seq: streamSeq, text } = chain.capture();
      const from = present(await booking.position(HUB), HUB);
      const deliveries = [readDelivery({ streamSeq, text })];
      const done = await booking.book({ hubId: HUB, fence, from, streamCreated: 's', deliveries });
      return done.position.chain.seq;
    };
    const { fence } = present(await a.booking.claim(HUB, 60_000), 'the first claim');
    expect(await book(a.booking, fence)).toBe(1);
    expect(await b.booking.claim(HUB, 60_000)).toBeUndefined();
    await b.database.db.execute(
      `update intake_watermarks set owned_until = now() - interval '1 s'`,
    );
    expect(await b.booking.claim(HUB, 60_000)).toMatchObject({ fence: fence + 1 });
    await expect(book(a.booking, fence)).rejects.toThrow(OwnershipLostError);
    expect(await a.booking.claim(HUB, 60_000)).toBeUndefined();
    // one that has ended needs no lease to run out
    await b.database.close();
    await eventually(() => a.booking.claim(HUB, 60_000));
    await a.database.close();
  });

  it('is read on while its central is stopped, and nothing is doubled when that one goes on', async () => {
    const url = await postgres.createDatabase();
    const chain = new ChainWriter(HUB);
    const first = await startProcess(url);
    const standby = await TestCentral.start(city, url);
    const booked = (): Promise<number> => standby.count('select count(*) from payments');
    const ownedBy = () => standby.sql`select owner_id from intake_watermarks`;
    try {
      await city.hub(HUB).publish(...chain.captures(20));
      await eventually(async () => ((await booked()) === 20 ? true : undefined));
      const [before] = await ownedBy();
      process.kill(present(first.pid, 'pid'), 'SIGSTOP');
      await city.hub(HUB).publish(...chain.captures(20));
      await eventually(async () => ((await booked()) === 40 ? true : undefined), 30_000);
      const [after] = await ownedBy();
      expect(after).not.toEqual(before);
      process.kill(present(first.pid, 'pid'), 'SIGCONT');
      await city.hub(HUB).publish(...chain.captures(20));
      await eventually(async () => ((await booked()) === 60 ? true : undefined));
      expect(await ownedBy()).toEqual([after]);
      expect((await standby.hub(HUB)).halted).toBeNull();
    } finally {
      await standby.stop();
      await first.stop();
    }
  }, 120_000);
});
