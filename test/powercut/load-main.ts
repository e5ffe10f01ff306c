/** The hub that is recorded: `load-main.ts DIR NATS_URL PAYMENTS SEED [PLANTED]`, started by run.ts. */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from '@nats-io/transport-node';
import { JetStreamEvents } from '../../edge-hub/outbox/event-stream.ts';
import { subjects } from '../../shared/contracts/subjects.ts';
import { present } from '../../shared/kernel/assert.ts';
import { SeededRandom } from '../../shared/kernel/seeded-random.ts';
import { createTestHub } from '../support/test-hub.ts';
import { LOAD_HUB, LOAD_TERMINALS, loadPki, RAISED_LIMITS } from './hub-dir.ts';
import { MARKS_FILE, type Mark } from './mark.ts';
import { type Person, ShopDay } from './shop-day.ts';

/** Each with a start and an end of the hub of its own. */
const SHIFTS = 3;

const [dir, natsUrl, payments, seed, planted] = process.argv.slice(2);
const folder = present(dir, 'a folder');
const perShift = Math.ceil(Number(payments) / SHIFTS);
const random = new SeededRandom(Number(seed), 'load');
const people: Person[] = [];
const pki = await loadPki(folder);

function mark(made: Mark): void {
  appendFileSync(join(folder, LOAD_HUB, MARKS_FILE), `${JSON.stringify(made)}\n`);
}

for (let shift = 0; shift < SHIFTS; shift += 1) {
  const hub = await createTestHub({
    dir: folder,
    hubId: LOAD_HUB,
    pki,
    env: RAISED_LIMITS,
    unguarded: true,
    ...(planted === 'no-flush' && { flushing: async () => undefined }),
  });
  const { context } = hub;
  context.database.truncateLog();
  await context.snapshot.load();
  if (shift === 0) for (const terminalId of LOAD_TERMINALS) hub.register(terminalId);
  const connection = await connect({ servers: present(natsUrl, 'an address') });
  // in the order in which JetStream took them
  connection.subscribe(subjects.txEvents(LOAD_HUB), {
    callback: (_error, message) => {
      const event = message.json<{ seq?: number; hash?: string }>();
      const { seq, hash } = event;
      if (seq !== undefined && hash !== undefined) mark({ kind: 'told', seq, hash });
    },
  });
  context.relay.start(new JetStreamEvents(connection, LOAD_HUB, context.settings.stream));
  await new ShopDay({ hub, random, mark, payments: perShift, people }).play();
  await context.relay.stop(2_000);
  await connection.close();
  await context.snapshot.stop();
  await hub.close();
}
