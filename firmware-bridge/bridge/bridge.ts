import { z } from 'zod';
import {
  currencySchema,
  positiveAmountMinorSchema,
  uuidSchema,
} from '../../shared/contracts/primitives.ts';
import { MAX_RECENT } from '../../shared/contracts/terminal-moves.ts';
import { assert, unreachable } from '../../shared/kernel/assert.ts';
import type { Logger } from '../../shared/kernel/logger.ts';
import type { Result } from '../../shared/kernel/result.ts';
import type { Camera } from '../camera/camera.ts';
import type { Species } from '../simulator/attack-species.ts';
import { ATTACK_SPECIES } from '../simulator/attack-species.ts';
import type { RequestFailure } from '../transport/payment-outcome.ts';
import type { TerminalClient } from '../transport/terminal-client.ts';

/** A move of a payment: of a refund the amount to give back, of all others the whole. */
function moveCommand<const Name extends 'capture' | 'refund' | 'reverse' | 'cancel'>(name: Name) {
  return z.strictObject({
    command: z.literal(name),
    paymentId: uuidSchema,
    amountMinor: positiveAmountMinorSchema,
    currency: currencySchema,
  });
}

/** What a till tells the terminal: one JSON object a line. Pictures stand for the person before the camera. */
const commandSchema = z.discriminatedUnion('command', [
  z.strictObject({
    command: z.literal('pay'),
    amountMinor: positiveAmountMinorSchema,
    currency: currencySchema,
    /** File below the pictures' folder. */
    picture: z.string().min(1).max(300),
    species: z.enum(['bona-fide', ...ATTACK_SPECIES]).default('bona-fide'),
    /** What the person would type when they are asked; where neither is given the hub does not ask. */
    last4: z
      .string()
      .regex(/^\d{4}$/)
      .optional(),
    pin: z
      .string()
      .regex(/^\d{6}$/)
      .optional(),
    /** To look again for a declined payment. */
    paymentId: uuidSchema.optional(),
    /** Only authorise; `capture` or `cancel` follows. */
    capture: z.literal('later').optional(),
  }),
  moveCommand('capture'),
  moveCommand('refund'),
  moveCommand('reverse'),
  moveCommand('cancel'),
  z.strictObject({ command: z.literal('status'), paymentId: uuidSchema }),
  z.strictObject({ command: z.literal('recent'), limit: z.int().min(1).max(MAX_RECENT) }),
  z.strictObject({ command: z.literal('query'), paymentId: uuidSchema }),
  z.strictObject({ command: z.literal('recover') }),
]);
type PayCommand = Extract<z.infer<typeof commandSchema>, { command: 'pay' }>;

export interface BridgeParts {
  readonly terminal: TerminalClient;
  /** Puts a picture before the camera. */
  readonly lookAt: (picture: string, species: Species) => Promise<Camera>;
  /** Frames of a burst. */
  readonly frames: number;
  readonly logger: Logger;
}

/** Runs a till's commands one after another: one shopper stands at a counter. */
export class Bridge {
  private readonly parts: BridgeParts;
  private tail: Promise<unknown> = Promise.resolve();

  constructor(parts: BridgeParts) {
    this.parts = parts;
  }

  /** @returns the answer, one JSON object; a command that can't be read or run is answered with `problem` */
  run(line: string): Promise<object> {
    const answer = this.tail.then(async () => {
      const command = readCommand(line);
      if (!command.success) return { problem: z.prettifyError(command.error) };
      try {
        return await this.execute(command.data);
      } catch (error) {
        this.parts.logger.error({ err: error }, 'a command failed');
        return { command: command.data.command, problem: messageOf(error) };
      }
    });
    this.tail = answer;
    return answer;
  }

  /** Waits for the command under way. */
  async drain(): Promise<void> {
    await this.tail;
  }

  private async execute(command: z.infer<typeof commandSchema>): Promise<object> {
    const { terminal } = this.parts;
    const { command: name } = command;
    switch (name) {
      case 'pay':
        return this.pay(command);
      case 'capture':
      case 'refund':
      case 'reverse':
      case 'cancel':
        return { command: name, ...(await terminal.moves.move(`payment.${name}`, command)) };
      case 'recover': {
        const payments = await terminal.recover();
        return { command: name, payments, moves: await terminal.moves.recover() };
      }
      case 'query':
        return told(name, await terminal.query(command.paymentId));
      case 'status':
        return told(name, await terminal.moves.status(command.paymentId));
      case 'recent':
        return told(name, await terminal.moves.recent(command.limit));
      default:
        return unreachable(name);
    }
  }

  private async pay(command: PayCommand): Promise<object> {
    const { terminal, lookAt, frames } = this.parts;
    const camera = await lookAt(command.picture, command.species);
    assert(frames >= 1, 'a burst has a frame');
    const { amountMinor, currency, paymentId, capture, last4, pin } = command;
    const typed = { last4, pin };
    const asks = last4 !== undefined || pin !== undefined;
    const outcome = await terminal.pay({
      amountMinor,
      currency,
      takeFrames: () => camera.takeBurst(frames),
      ...(paymentId === undefined ? {} : { paymentId }),
      ...(capture && { capture }),
      ...(asks && { answer: async ({ question }) => typed[question] ?? null }),
    });
    return { command: 'pay', ...outcome };
  }
}

function told(command: string, answer: Result<unknown, RequestFailure>): object {
  return answer.ok ? { command, result: answer.value } : { command, problem: answer.error.code };
}

function readCommand(line: string): z.ZodSafeParseResult<z.infer<typeof commandSchema>> {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    json = undefined;
  }
  return commandSchema.safeParse(json);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown';
}
