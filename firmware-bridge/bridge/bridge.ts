import { z } from 'zod';
import {
  currencySchema,
  positiveAmountMinorSchema,
  uuidSchema,
} from '../../shared/contracts/primitives.ts';
import { assert } from '../../shared/kernel/assert.ts';
import type { Logger } from '../../shared/kernel/logger.ts';
import type { Camera } from '../camera/camera.ts';
import type { Species } from '../simulator/attack-species.ts';
import { ATTACK_SPECIES } from '../simulator/attack-species.ts';
import type { TerminalClient } from '../transport/terminal-client.ts';

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
  }),
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
    if (command.command === 'pay') return this.pay(command);
    if (command.command === 'recover') {
      return { command: 'recover', payments: await this.parts.terminal.recover() };
    }
    const known = await this.parts.terminal.query(command.paymentId);
    return known.ok
      ? { command: 'query', result: known.value }
      : { command: 'query', problem: known.error.code };
  }

  private async pay(command: PayCommand): Promise<object> {
    const { terminal, lookAt, frames } = this.parts;
    const camera = await lookAt(command.picture, command.species);
    assert(frames >= 1, 'a burst has a frame');
    const { amountMinor, currency, paymentId, last4, pin } = command;
    const typed = { last4, pin };
    const asks = last4 !== undefined || pin !== undefined;
    const outcome = await terminal.pay({
      amountMinor,
      currency,
      takeFrames: () => camera.takeBurst(frames),
      ...(paymentId === undefined ? {} : { paymentId }),
      ...(asks && { answer: async ({ question }) => typed[question] ?? null }),
    });
    return { command: 'pay', ...outcome };
  }
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
