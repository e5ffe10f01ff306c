import { present } from '../../../shared/kernel/assert.ts';
import { ChainWriter } from '../../support/chain-writer.ts';
import { eventually } from '../../support/eventually.ts';
import { TestCentral } from '../../support/test-central.ts';
import { TestCity } from '../../support/test-city.ts';

export interface CatchUp {
  readonly payments: number;
  /** From central's start to the last payment in its book. */
  readonly seconds: number;
  readonly paymentsPerS: number;
}

const HUB = 'hub-bench';
const LIMIT_MS = 3_600_000;
const PUBLISHED_AT_ONCE = 5_000;

/** Central has been away, and a hub's payments wait in its stream: real nats-servers, a TLS link, the intake as it runs. */
export async function measureCatchUp(
  databaseUrl: string,
  options: { readonly buffered: number; readonly onProgress: (text: string) => void },
): Promise<CatchUp> {
  const { buffered: payments, onProgress } = options;
  const city = await TestCity.start([HUB]);
  try {
    const chain = new ChainWriter(HUB);
    for (let sent = 0; sent < payments; sent += PUBLISHED_AT_ONCE) {
      const events = chain.captures(Math.min(PUBLISHED_AT_ONCE, payments - sent));
      await present(city.hubs[HUB], HUB).publish(...events);
      onProgress(`${sent + events.length} of ${payments} wait in the stream`);
    }
    const from = performance.now();
    const central = await TestCentral.start(city, databaseUrl);
    try {
      await eventually(async () => {
        const { watermarkSeq } = await central.hub(HUB);
        return watermarkSeq >= payments ? true : undefined;
      }, LIMIT_MS);
      const seconds = (performance.now() - from) / 1_000;
      return { payments, seconds, paymentsPerS: payments / seconds };
    } finally {
      await central.stop();
    }
  } finally {
    await city.stop();
  }
}
