import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import postgres from 'postgres';
import { Central } from '../../central/central.ts';
import type { CentralSettings } from '../../central/env.ts';
import { type CityHub, cityHubListSchema } from '../../shared/contracts/http-central.ts';
import { present } from '../../shared/kernel/assert.ts';
import { withoutLoneWrites } from './lone-writes.ts';
import type { TestCity } from './test-city.ts';

/** Central in this process, on a real PostgreSQL and real nats-servers. */
export class TestCentral {
  readonly url: string;
  /** Straight to its database, for looking. */
  readonly sql: postgres.Sql;
  private readonly central: Central;
  private readonly operatorToken: string;

  private constructor(
    central: Central,
    parts: { httpPort: number; databaseUrl: string; tokenFile: string },
  ) {
    this.central = central;
    this.operatorToken = readFileSync(parts.tokenFile, 'utf8').trim();
    this.url = `http://127.0.0.1:${parts.httpPort}`;
    this.sql = postgres(parts.databaseUrl, { max: 2, onnotice: () => {} });
  }

  /** @param changed settings that are not as usual: central reads all hubs, and fills no lake */
  static async start(
    city: TestCity,
    databaseUrl: string,
    changed: Partial<CentralSettings> = {},
  ): Promise<TestCentral> {
    const settings = { ...centralSettings(city, databaseUrl), ...changed };
    const central = new Central({ settings, logger: pino({ level: 'silent' }) });
    const { httpPort } = await central.start();
    return new TestCentral(central, { httpPort, databaseUrl, tokenFile: settings.adminTokenFile });
  }

  async get(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(`${this.url}${path}`, { headers });
  }

  /** As the operator. */
  async read(path: string): Promise<Response> {
    return this.get(path, { authorization: `Bearer ${this.operatorToken}` });
  }

  async hub(hubId: string): Promise<CityHub> {
    const answer = await this.read('/api/hubs');
    const { hubs } = cityHubListSchema.parse(await answer.json());
    return present(
      hubs.find((hub) => hub.hubId === hubId),
      hubId,
    );
  }

  /** One number from the database. */
  async count(query: string): Promise<number> {
    const [row] = await this.sql.unsafe<{ count: string }[]>(query);
    return Number(row?.count);
  }

  async stop(): Promise<void> {
    await this.central.stop();
    await this.sql.end();
  }
}

/** Settings of a central that reads all hubs of the city. */
function centralSettings(city: TestCity, databaseUrl: string): CentralSettings {
  return {
    database: { url: withoutLoneWrites(databaseUrl), port: 0 },
    dataDir: join(city.dir, 'central-data'),
    http: { host: '127.0.0.1', port: 0, webDir: join(city.dir, 'web') },
    nats: city.nats,
    streams: { at: 'hub' },
    hubs: Object.keys(city.hubs),
    intakeLeaseMs: 10_000,
    caFile: city.pki.caPath,
    adminTokenFile: join(city.dir, 'admin-token'),
    insight: undefined,
    wallets: { currency: 'CNY', limitMinor: 200_000n },
    reconcileAt: { hour: 3, minute: 0 },
    signIn: undefined,
    settlement: undefined,
    alipay: undefined,
    logLevel: 'silent',
  };
}
