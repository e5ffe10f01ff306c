// oxlint-disable-next-line import/no-unassigned-import
import '../../../shared/kernel/quick-imports.ts';
import { assert } from '../../../shared/kernel/assert.ts';
import { summary } from '../../events.ts';
import type { InsightLoop } from './insight-loop.ts';
import type { FromInsight, ToInsight } from './insight-messages.ts';

// A process of its own, started by central: neither the engine's memory nor its work, nor a fault in it, touches the intake.
assert(process.send !== undefined, 'this program is started by central');

let loop: Promise<InsightLoop> | undefined;

function tell(message: FromInsight): void {
  process.send?.(message);
}

async function start(message: Extract<ToInsight, { type: 'start' }>): Promise<void> {
  try {
    loop = import('./insight-loop.ts').then((module) => module.InsightLoop.start(message, tell));
    await loop;
  } catch (error) {
    process.stderr.write(`insight cannot start: ${summary(error)}\n`);
    process.exit(1);
  }
}

async function answer({ id, question }: Extract<ToInsight, { type: 'ask' }>): Promise<void> {
  try {
    const running = await loop;
    assert(running, 'central starts first and asks then');
    tell({ type: 'answer', id, panel: await running.answer(question) });
  } catch (error) {
    tell({ type: 'no-answer', id, why: summary(error) });
  }
}

async function stop(): Promise<void> {
  await (await loop)?.stop();
  process.exit(0);
}

process.on('message', (message: ToInsight) => {
  if (message.type === 'stop') void stop();
  else if (message.type === 'ask') void answer(message);
  else void start(message);
});
// central is gone, however it went
process.on('disconnect', () => void stop());
// a terminal's Ctrl-C is central's to answer
process.on('SIGINT', () => {});
