import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { panelSchema } from '../../shared/contracts/http-insight.ts';
import { ChainWriter, newId } from '../support/chain-writer.ts';
import { eventually } from '../support/eventually.ts';
import { TestPostgres } from '../support/postgres.ts';
import { TestCentral } from '../support/test-central.ts';
import { TestCity } from '../support/test-city.ts';

const HUB = 'hub-wuma';

let postgres: TestPostgres;
let city: TestCity;
let central: TestCentral;

beforeAll(async () => {
  [postgres, city] = await Promise.all([TestPostgres.start(), TestCity.start([HUB])]);
  const insight = {
    lakeDir: join(city.dir, 'lake'),
    keysDir: join(city.dir, 'keys'),
    city: 'wenzhou',
    timeZone: 'Asia/Shanghai',
    pseudonymDays: 365,
  };
  central = await TestCentral.start(city, await postgres.createDatabase(), { insight });
});
afterAll(async () => {
  await central.stop();
  await city.stop();
  await postgres.stop();
});

describe('insight', () => {
  it('is asked over HTTP of what a hub has sent, by those who may', async () => {
    const chain = new ChainWriter(HUB);
    const shopperId = newId();
    await city
      .hub(HUB)
      .publish(...chain.captures(12), chain.capture({ shopperId, merchantId: 'm-silk' }));
    const token = readFileSync(join(city.dir, 'admin-token'), 'utf8').trim();
    const operator = { authorization: `Bearer ${token}` };
    const people = async (path: string): Promise<number | undefined> => {
      const answer = await central.get(path, operator);
      if (!answer.ok) return undefined;
      const panel = panelSchema.parse(await answer.json());
      return panel.panel === 'habits' && panel.people > 0 ? panel.people : undefined;
    };
    const ours = await eventually(() => people('/api/merchants/m-tea/insight/habits'), 60_000);
    expect(ours).toBe(12);
    expect(await people('/api/merchants/m-silk/insight/habits')).toBe(1);
    const metrics = await (await central.get('/metrics')).text();
    expect(metrics).toContain('wuma_lake_rows_total 13');
    expect(metrics).toContain('wuma_insight_up 1');
    expect((await central.get('/api/merchants/m-tea/insight/habits')).status).toBe(401);
    expect((await central.get('/api/insight/today', operator)).status).toBe(200);
    expect((await central.get('/api/insight/everything', operator)).status).toBe(400);
    // what was bought, where a terminal tells it
    const sold = (items: readonly string[]) => chain.capture({ merchantId: 'm-silk', items });
    const [pair, other] = [
      ['tea', 'cake'],
      ['rice', 'oil'],
    ];
    const baskets = Array.from({ length: 80 }, (_, i) => sold((i % 2 === 0 ? pair : other) ?? []));
    await city.hub(HUB).publish(...baskets);
    const together = await eventually(async () => {
      const answer = await central.get('/api/merchants/m-silk/insight/together', operator);
      const panel = panelSchema.parse(await answer.json());
      return panel.panel === 'together' && panel.baskets === 80 ? panel : undefined;
    }, 20_000);
    expect(
      together?.rules.map(({ given, also, count, lift }) => [...given, also, count, lift]),
    ).toEqual([
      ['cake', 'tea', 40, 2],
      ['oil', 'rice', 40, 2],
      ['rice', 'oil', 40, 2],
      ['tea', 'cake', 40, 2],
    ]);
    const none = panelSchema.parse(
      await (await central.get('/api/insight/together', operator)).json(),
    );
    expect(none).toMatchObject({ panel: 'together', baskets: 0, rules: [] });
  });
});
