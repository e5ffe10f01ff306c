import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PaymentOutcome } from '../../firmware-bridge/transport/payment-outcome.ts';
import { BURST_FRAMES } from '../../shared/contracts/terminal-frames.ts';
import type { PaymentQuestionData } from '../../shared/contracts/terminal-messages.ts';
import { present } from '../../shared/kernel/assert.ts';
import { seededRandom } from '../../shared/kernel/seeded-random.ts';
import type { Counter } from './counter.ts';
import type { PhotoStudio } from './photo-studio.ts';
import type { Scene } from './script.ts';

type Question = PaymentQuestionData['question'];

/** A declined shopper is asked to look again once, as at a real counter. */
const LOOKS = 2;
/** Shops are not a load test: one payment at a time, this far apart at least. */
const PACE_MS = 450;

/** A scene and how it ended. */
export interface Played {
  readonly scene: Scene;
  readonly counter: Counter;
  readonly outcome: PaymentOutcome;
  readonly looks: number;
  /** What the hub asked for, in order. */
  readonly asked: readonly Question[];
  readonly paid: boolean;
  /** Whether every way to central was cut when it was decided. */
  readonly offline: boolean;
}

/** Plays the scenes one after another, each at the next counter. Ends early when `signal` is aborted. */
export async function* play(
  scenes: readonly Scene[],
  stage: {
    readonly counters: readonly Counter[];
    readonly studio: PhotoStudio;
    readonly signal: AbortSignal;
  },
): AsyncGenerator<Played> {
  for (const [i, scene] of scenes.entries()) {
    if (stage.signal.aborted) return;
    const startedAt = performance.now();
    const counter = present(stage.counters[i % stage.counters.length], 'a counter');
    yield await playScene(scene, counter, stage.studio);
    await sleep(Math.max(0, PACE_MS - (performance.now() - startedAt)));
  }
}

/** One person at one counter: a look, and another where the hub asks for it. */
export async function playScene(
  scene: Scene,
  counter: Counter,
  studio: PhotoStudio,
): Promise<Played> {
  const { seed, species } = scene;
  const camera = await studio.camera(scene.picture, { seed, species, depth: true });
  const typist = typistOf(scene);
  const asked: Question[] = [];
  let looks = 0;
  let outcome: PaymentOutcome | undefined;
  while (looks < LOOKS && (outcome === undefined || mayLookAgain(outcome))) {
    looks += 1;
    await camera.prepare(BURST_FRAMES);
    outcome = await counter.terminal.pay({
      amountMinor: scene.amountMinor,
      currency: 'CNY',
      takeFrames: () => camera.takeBurst(BURST_FRAMES),
      answer: async ({ question }) => {
        asked.push(question);
        return typist(question);
      },
      ...(outcome && { paymentId: outcome.paymentId }),
    });
  }
  const ended = present(outcome, 'at least one look');
  return {
    scene,
    counter,
    looks,
    asked,
    outcome: ended,
    paid: ended.kind === 'decided' && ended.result.outcome === 'paid',
    offline: !counter.hub.wan.isUp,
  };
}

/** Who is enrolled types what they know; strangers and attackers guess, each time anew. */
function typistOf({ kind, who, seed }: Scene): (question: Question) => string {
  const { secrets } = who;
  if (kind === 'payment' && secrets) return (question) => secrets[question];
  const random = seededRandom(
    Number.parseInt(createHash('sha256').update(seed).digest('hex').slice(0, 8), 16),
  );
  const guess = (digits: number): string =>
    String(Math.floor(random() * 10 ** digits)).padStart(digits, '0');
  return (question) => guess(question === 'pin' ? 6 : 4);
}

function mayLookAgain(outcome: PaymentOutcome): boolean {
  return outcome.kind === 'decided' && outcome.result.outcome === 'declined';
}
