import { statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DeployedCentral } from '../support/deployed-central.ts';

/** `test/long/central-crash.test.ts` kills it more often. */
const LOAD = { events: 1_000, kills: 1 };

let deployed: DeployedCentral;

beforeAll(async () => {
  deployed = await DeployedCentral.open();
});
afterAll(() => deployed.close());

describe('central that is killed', () => {
  it('in the middle of its batches loses and doubles nothing', async () => {
    const { books, expected } = await deployed.bookThrough(LOAD);
    expect(books).toEqual(expected);
  }, 180_000);

  it('stops cleanly within 10 s of SIGTERM, and its PostgreSQL with it', async () => {
    const postmaster = join(deployed.city.dir, 'central-data', 'pg', 'postmaster.pid');
    expect(statSync(postmaster).isFile()).toBe(true);
    const startMs = performance.now();
    await deployed.last.stop();
    expect(performance.now() - startMs).toBeLessThan(10_000);
    expect(statSync(postmaster, { throwIfNoEntry: false })).toBeUndefined();
  });

  it('does not take the database of a central that runs', async () => {
    const first = await deployed.start();
    await expect(deployed.start()).rejects.toThrow(
      /another central \(process \d+\) runs on these files/,
    );
    expect(await deployed.watermark(first.url)).toBe(LOAD.events);
    await first.process.stop();
  });

  it('says which settings are wrong, all at once', async () => {
    const start = deployed.start({
      CENTRAL_HUBS: 'Not A Name',
      CENTRAL_HTTP_PORT: 'many',
      LOG_LEVEL: 'loud',
    });
    const error: unknown = await start.catch((reason: unknown) => reason);
    for (const name of ['CENTRAL_HUBS', 'CENTRAL_HTTP_PORT', 'LOG_LEVEL']) {
      expect(String(error)).toContain(name);
    }
  });
});
