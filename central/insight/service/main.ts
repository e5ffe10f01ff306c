import { assert } from '../../../shared/kernel/assert.ts';
import { summary } from '../../events.ts';
import { InsightLoop } from './insight-loop.ts';
import type { ToInsight } from './insight-messages.ts';

// A process of its own, started by central: neither the engine's memory nor its work, nor a fault in it, touches the intake.
assert(process.send !== undefined, 'this program is started by central');

let loop: Promise<InsightLoop> | undefined;

async function start(message: Extract<ToInsight, { type: 'start' }>): Promise<void> {
  try {
    loop = InsightLoop.start(message, (answer) => void process.send?.(answer));
    await loop;
  } catch (error) {
    process.stderr.write(`insight cannot start: ${summary(error)}\n`);
    process.exit(1);
  }
}

async function stop(): Promise<void> {
  await (await loop)?.stop();
  process.exit(0);
}

process.on('message', (message: ToInsight) => {
  if (message.type === 'stop') void stop();
  else void start(message);
});
// central is gone, however it went
process.on('disconnect', () => void stop());
// a terminal's Ctrl-C is central's to answer
process.on('SIGINT', () => {});
