import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { decisionListSchema } from '../../shared/contracts/http-hub.ts';
import { present } from '../../shared/kernel/assert.ts';
import { ROOT } from '../stack/env.ts';
import type { HubSpec } from '../stack/layout.ts';
import { type Stack, startStack } from '../stack/stack.ts';
import { readBooks } from './audit.ts';
import { SHOPPERS, STRANGERS } from './cast.ts';
import { type Counter, openCounter, operatorOf, registerTerminals } from './counter.ts';
import { enrolAll, untilGalleriesHold, untilHubsKnowEachOther } from './enrolment.ts';
import { eraseAndLook } from './erasure.ts';
import type { DemoOptions } from './options.ts';
import { Outage } from './outage.ts';
import { PhotoStudio } from './photo-studio.ts';
import { type Played, play, playScene } from './play.ts';
import { writeScript } from './script.ts';
import { type DemoSummary, summarise } from './summary.ts';
import { TABLE_HEAD, tableRow } from './table.ts';

const HUBS: readonly HubSpec[] = [
  {
    hubId: 'hub-wuma',
    streetId: 'street-wuma',
    streetName: '五马街 Wuma Street',
    terminals: ['wuma-t1', 'wuma-t2'],
  },
  {
    hubId: 'hub-riverside',
    streetId: 'street-riverside',
    streetName: '滨江路 Riverside Road',
    terminals: ['riverside-t1', 'riverside-t2'],
  },
];

/** The link is cut when this share of the play is over. */
const OUTAGE_AT = 0.25;

const MODELS_DIR = join(ROOT, '.wuma', 'models');

export interface Demo {
  readonly stack: Stack;
  readonly summary: DemoSummary;
}

/**
 * Starts the city and plays the script; the stack is left running.
 *
 * @param say gets lines for people: progress and the table of decisions
 * @throws DOMException AbortError when `signal` is aborted; the stack has ended then
 */
export async function runDemo(
  options: DemoOptions,
  say: (text: string) => void,
  signal: AbortSignal,
): Promise<Demo> {
  const dir = join(ROOT, '.wuma', 'demo', String(options.portBase));
  // Each run starts from nothing: whoever enrolled in the last one is gone.
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  const stack = await startStack({
    dir,
    portBase: options.portBase,
    hubs: HUBS,
    pack: options.pack,
    modelsDir: MODELS_DIR,
    signal,
    onProgress: (text) => say(`starting ${text}`),
  });
  const counters: Counter[] = [];
  try {
    await registerTerminals(stack);
    for (const { terminals } of HUBS) {
      for (const terminalId of terminals) counters.push(await openCounter(stack, terminalId));
    }
    return { stack, summary: await playScript({ stack, counters, options, say, signal }) };
  } catch (error) {
    await stack.stop();
    throw error;
  } finally {
    for (const { terminal, journal } of counters) {
      await terminal.close();
      await journal.close();
    }
  }
}

interface Stage {
  readonly stack: Stack;
  readonly counters: readonly Counter[];
  readonly options: DemoOptions;
  readonly say: (text: string) => void;
  readonly signal: AbortSignal;
}

async function playScript(stage: Stage): Promise<DemoSummary> {
  const { stack, options, say, signal } = stage;
  const studio = await PhotoStudio.open(MODELS_DIR, options.pack);
  await untilHubsKnowEachOther(stack.hubs);
  const shopperIds = await enrolAll(SHOPPERS, stack.hubs, { studio, onProgress: say });
  await untilGalleriesHold(shopperIds.size, stack.hubs);
  say(
    `${shopperIds.size} people enrolled; both streets know them. Cameras are SIMULATED: photos are played,`,
  );
  say(
    'another one than the enrolled where there is one; depth comes from the face’s shape and a sensor model.',
  );
  say(TABLE_HEAD);

  const { visits, seed } = options;
  const scenes = writeScript({ shoppers: SHOPPERS, strangers: STRANGERS, visits, seed });
  const outage = new Outage(stack, signal);
  const outageAt = Math.floor(scenes.length * OUTAGE_AT);
  const played: Played[] = [];
  for await (const each of play(scenes, { ...stage, studio })) {
    played.push(each);
    say(tableRow(played.length, each, await scoreOf(each)));
    if (played.length === outageAt) outage.begin(say);
  }
  signal.throwIfAborted();
  const outageFacts = await outage.reconcile();
  const books = await readBooks(stack);
  const erasure = await erase({ ...stage, studio }, shopperIds);
  return summarise({ played, shopperIds, books, outage: outageFacts, erasure, pack: options.pack });
}

/** The best candidate's comparison score, from the hub's feed, which names nobody. */
async function scoreOf(played: Played): Promise<number | null> {
  const feed = await operatorOf(played.counter.hub).get(
    '/api/decisions?limit=20',
    decisionListSchema,
  );
  const decision = feed.decisions.find((each) => each.paymentId === played.outcome.paymentId);
  return decision?.score ?? null;
}

async function erase(
  stage: Stage & { readonly studio: PhotoStudio },
  shopperIds: ReadonlyMap<string, string>,
): Promise<DemoSummary['erasure']> {
  const who = present(SHOPPERS.at(-1), 'a last shopper');
  const shopperId = shopperIds.get(who.name);
  if (shopperId === undefined)
    return { hubs: stage.stack.hubs.length, receipts: 0, paidAfter: false };
  const scene = present(
    writeScript({ shoppers: [who], strangers: [], visits: 1, seed: stage.options.seed }).find(
      (each) => each.kind === 'payment',
    ),
    'a payment of theirs',
  );
  return eraseAndLook(stage.stack, shopperId, async () => {
    const counter = present(stage.counters.at(-1), 'a counter');
    const played = await playScene(scene, counter, stage.studio);
    stage.say(`${who.name} was erased in every street and looks again:`);
    stage.say(tableRow(1, played, await scoreOf(played)));
    return played;
  });
}
