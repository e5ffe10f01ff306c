import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { StackProcess } from '../../deploy/stack/child-process.ts';
import {
  cityHubListSchema,
  reconciliationSchema,
  trialBalanceSchema,
} from '../../shared/contracts/http-central.ts';
import { present } from '../../shared/kernel/assert.ts';
import { ChainWriter } from './chain-writer.ts';
import { eventually } from './eventually.ts';
import { TestCity } from './test-city.ts';

const HUB = 'hub-wuma';
const MAIN = fileURLToPath(new URL('../../central/main.ts', import.meta.url));
const readySchema = z.object({ ready: z.literal(true), httpPort: z.number() });

/** A central that runs. */
export interface RunningCentral {
  readonly process: StackProcess;
  readonly url: string;
}

/** A city of one hub, and central as it is deployed, with the PostgreSQL that it brings: to be killed and started again. */
export class DeployedCentral {
  readonly city: TestCity;
  private readonly running: StackProcess[] = [];

  private constructor(city: TestCity) {
    this.city = city;
  }

  static async open(): Promise<DeployedCentral> {
    return new DeployedCentral(await TestCity.start([HUB]));
  }

  /** The process that was started last. */
  get last(): StackProcess {
    return present(this.running.at(-1), 'central');
  }

  async start(extra: Record<string, string> = {}): Promise<RunningCentral> {
    const { city } = this;
    const process = new StackProcess({
      name: 'central',
      program: globalThis.process.execPath,
      args: [MAIN],
      logPath: join(city.dir, `central-${this.running.length + 1}.log`),
      env: {
        PATH: globalThis.process.env['PATH'] ?? '',
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
    this.running.push(process);
    const line = await process.untilReady(
      async (stdout) => stdout.split('\n').find((each) => each.startsWith('{')),
      60_000,
    );
    const { httpPort } = readySchema.parse(JSON.parse(line));
    return { process, url: `http://127.0.0.1:${httpPort}` };
  }

  async watermark(url: string): Promise<number> {
    const { hubs } = cityHubListSchema.parse(await this.read(`${url}/api/hubs`));
    return present(hubs[0], 'a hub').watermarkSeq;
  }

  /**
   * Publishes so many captures in `kills` + 1 parts and kills central in the middle of each but the last.
   *
   * @returns its books in the end, and what they are when each was booked once
   */
  async bookThrough(load: {
    readonly events: number;
    readonly kills: number;
  }): Promise<{ readonly books: object; readonly expected: object }> {
    const part = load.events / (load.kills + 1);
    const events = new ChainWriter(HUB).captures(load.events);
    const hub = this.city.hub(HUB);
    let central = await this.start();
    for (let killed = 0; killed < load.kills; killed += 1) {
      const { url } = central;
      const publishing = hub.publish(...events.slice(killed * part, (killed + 1) * part));
      await eventually(
        async () => ((await this.watermark(url)) > killed * part - 1 ? true : undefined),
        60_000,
      );
      await sleep(30);
      await central.process.kill9();
      await publishing;
      central = await this.start();
    }
    await hub.publish(...events.slice(load.kills * part));
    const { url } = central;
    await eventually(
      async () => ((await this.watermark(url)) === load.events ? true : undefined),
      60_000,
    );
    const sumMinor = (load.events * (100 + 100 + load.events - 1)) / 2;
    const balance = trialBalanceSchema.parse(await this.read(`${url}/api/ledger/trial-balance`));
    return {
      books: {
        ...reconciliationSchema.parse(await this.read(`${url}/api/reconciliation?hub=${HUB}`)),
        balanced: balance.balanced,
        debitMinor: balance.totals.debitMinor,
      },
      expected: {
        hubId: HUB,
        rows: load.events,
        sumMinor: String(sumMinor),
        refunds: 0,
        refundedMinor: '0',
        reversals: 0,
        reversedMinor: '0',
        lastSeq: load.events,
        lastHash: events.at(-1)?.hash,
        balanced: true,
        debitMinor: String(sumMinor),
      },
    };
  }

  async close(): Promise<void> {
    for (const process of this.running) await process.stop();
    await this.city.stop();
  }

  /** As the operator. */
  private async read(address: string): Promise<unknown> {
    const tokenFile = join(this.city.dir, 'central-data', 'admin-token');
    const authorization = `Bearer ${readFileSync(tokenFile, 'utf8').trim()}`;
    return (await fetch(address, { headers: { authorization } })).json();
  }
}
