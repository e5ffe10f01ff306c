import { SHOPPERS } from '../../deploy/demo/cast.ts';
import type { ProbeFrame } from '../../shared/contracts/terminal-frames.ts';
import type { StagesMs } from '../../shared/contracts/terminal-messages.ts';
import { present } from '../../shared/kernel/assert.ts';
import type { RawTerminal } from '../support/raw-terminal.ts';
import type { Street } from '../support/street.ts';

const ENROLLED = 8;

/** A counter's terminal with the pictures of the person before it, so that nothing is simulated while it is timed. */
export interface BenchCounter {
  readonly terminal: RawTerminal;
  readonly frames: readonly ProbeFrame[];
}

/** One payment as the terminal saw it. */
export interface TimedPayment {
  readonly paid: boolean;
  /** From the sending of the probe to its result, ms. */
  readonly decisionMs: number;
  readonly stagesMs: StagesMs | undefined;
}

/** Enrols a few people and puts one before each terminal. */
export async function openCounters(
  street: Street,
  framesPerProbe: number,
): Promise<BenchCounter[]> {
  const counters: BenchCounter[] = [];
  for (const [i, terminalId] of street.hub.terminals.entries()) {
    const who = present(SHOPPERS[6 + i], 'a shopper');
    const how = { seed: terminalId, depth: true };
    const camera = await street.studio.camera(who.pictures[0], how);
    const frames = await camera.takeBurst(framesPerProbe);
    counters.push({ terminal: await street.terminal(terminalId), frames });
  }
  return counters;
}

export async function enrolSome(street: Street): Promise<void> {
  for (const shopper of SHOPPERS.slice(4, 4 + ENROLLED)) await street.enrol(shopper.pictures[0]);
}

/** Challenge, probe, result; only what follows the sending of the probe is timed. */
export async function payOnce({ terminal, frames }: BenchCounter): Promise<TimedPayment> {
  const ticket = await terminal.challenge(1_000n);
  const takenAt = new Date().toISOString();
  const probe = terminal.probe(
    ticket,
    frames.map((frame) => ({ ...frame, takenAt })),
  );
  const sentAt = performance.now();
  const reply = await terminal.ask(probe);
  return {
    decisionMs: performance.now() - sentAt,
    paid: reply.type === 'payment.result' && reply.data.outcome === 'paid',
    stagesMs: reply.type === 'payment.result' ? reply.data.stagesMs : undefined,
  };
}

/** As many payments as fit into the time, at one counter. */
export async function payFor(counter: BenchCounter, durationMs: number): Promise<TimedPayment[]> {
  const payments: TimedPayment[] = [];
  const until = performance.now() + durationMs;
  while (performance.now() < until) payments.push(await payOnce(counter));
  return payments;
}
