import { readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { StackProcess } from '../../deploy/stack/child-process.ts';
import {
  cityHubListSchema,
  reconciliationSchema,
  trialBalanceSchema,
} from '../../shared/contracts/http-central.ts';
import { present } from '../../shared/kernel/assert.ts';
import { ChainWriter } from '../support/chain-writer.ts';
import { eventually } from '../support/eventually.ts';
import { TestCity } from '../support/test-city.ts';

const HUB = 'hub-wuma';
const EVENTS = 4_000;
const KILLS = 3;
const PART = EVENTS / (KILLS + 1);
const MAIN = fileURLToPath(new URL('../../central/main.ts', import.meta.url));
const readySchema = z.object({ ready: z.literal(true), httpPort: z.number() });

let city: TestCity;
let starts = 0;
const running: StackProcess[] = [];

beforeAll(async () => {
  city = await TestCity.start([HUB]);
});
afterAll(async () => {
  for (const process of running) await process.stop();
  await city.stop();
});

/** Central as it is deployed, with the PostgreSQL that it brings. */
async function startCentral(
  extra: Record<string, string> = {},
): Promise<{ process: StackProcess; url: string; logPath: string }> {
  starts += 1;
  const logPath = join(city.dir, `central-${starts}.log`);
  const central = new StackProcess({
    name: 'central',
    program: process.execPath,
    args: [MAIN],
    logPath,
    env: {
      PATH: process.env['PATH'] ?? '',
      CENTRAL_DATA_DIR: join(city.dir, 'central-data'),
      CENTRAL_HTTP_PORT: '0',
      CENTRAL_NATS_URL: city.nats.url,
      CENTRAL_NATS_USER: city.nats.user,
      CENTRAL_NATS_PASSWORD_FILE: city.nats.passwordFile,
      CENTRAL_HUBS: HUB,
      CENTRAL_TLS_CA: city.pki.caPath,
      CENTRAL_WEB_DIR: join(city.dir, 'web'),
      ...extra,
    },
  });
  running.push(central);
  const line = await central.untilReady(
    async (stdout) => stdout.split('\n').find((each) => each.startsWith('{')),
    60_000,
  );
  const { httpPort } = readySchema.parse(JSON.parse(line));
  return { process: central, url: `http://127.0.0.1:${httpPort}`, logPath };
}

/** As the operator. */
function read(address: string): Promise<Response> {
  const token = readFileSync(join(city.dir, 'central-data', 'admin-token'), 'utf8').trim();
  return fetch(address, { headers: { authorization: `Bearer ${token}` } });
}

async function watermark(url: string): Promise<number> {
  const { hubs } = cityHubListSchema.parse(await (await read(`${url}/api/hubs`)).json());
  return present(hubs[0], 'a hub').watermarkSeq;
}

describe('central that is killed', () => {
  it('in the middle of its batches, again and again, loses and doubles nothing', async () => {
    const chain = new ChainWriter(HUB);
    const events = chain.captures(EVENTS);
    let central = await startCentral();
    for (let part = 0; part < KILLS; part += 1) {
      const { url } = central;
      const publishing = city.hub(HUB).publish(...events.slice(part * PART, (part + 1) * PART));
      await eventually(
        async () => ((await watermark(url)) > part * PART - 1 ? true : undefined),
        60_000,
      );
      await sleep(30);
      await central.process.kill9();
      await publishing;
      central = await startCentral();
    }
    await city.hub(HUB).publish(...events.slice(KILLS * PART));
    const { url } = central;
    await eventually(async () => ((await watermark(url)) === EVENTS ? true : undefined), 60_000);
    const books = reconciliationSchema.parse(
      await (await read(`${url}/api/reconciliation?hub=${HUB}`)).json(),
    );
    const sumMinor = (EVENTS * (100 + 100 + EVENTS - 1)) / 2;
    expect(books).toEqual({
      hubId: HUB,
      rows: EVENTS,
      sumMinor: String(sumMinor),
      refunds: 0,
      refundedMinor: '0',
      reversals: 0,
      reversedMinor: '0',
      lastSeq: EVENTS,
      lastHash: events.at(-1)?.hash,
    });
    const balance = trialBalanceSchema.parse(
      await (await read(`${url}/api/ledger/trial-balance`)).json(),
    );
    expect(balance).toMatchObject({ balanced: true, totals: { debitMinor: String(sumMinor) } });
  }, 180_000);

  it('stops cleanly within 10 s of SIGTERM, and its PostgreSQL with it', async () => {
    const central = present(running.at(-1), 'central');
    const postmaster = join(city.dir, 'central-data', 'pg', 'postmaster.pid');
    expect(statSync(postmaster).isFile()).toBe(true);
    const startMs = performance.now();
    await central.stop();
    expect(performance.now() - startMs).toBeLessThan(10_000);
    expect(statSync(postmaster, { throwIfNoEntry: false })).toBeUndefined();
  });

  it('does not take the database of a central that runs', async () => {
    const first = await startCentral();
    await expect(startCentral()).rejects.toThrow(
      /another central \(process \d+\) runs on these files/,
    );
    expect(await watermark(first.url)).toBe(EVENTS);
    await first.process.stop();
  });

  it('says which settings are wrong, all at once', async () => {
    const start = startCentral({
      CENTRAL_HUBS: 'Not A Name',
      CENTRAL_HTTP_PORT: 'many',
      LOG_LEVEL: 'loud',
    });
    const error: unknown = await start.catch((reason: unknown) => reason);
    for (const name of ['CENTRAL_HUBS', 'CENTRAL_HTTP_PORT', 'LOG_LEVEL']) {
      expect(String(error)).toContain(name);
    }
    rmSync(join(city.dir, `central-${starts}.log`));
  });
});
