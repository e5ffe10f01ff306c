import type { LightColour } from '../../shared/contracts/light-sequence.ts';
import type { RefusalCode } from '../../shared/contracts/refusal.ts';
import type { Clock } from '../../shared/kernel/clock.ts';
import { err, ok, type Result } from '../../shared/kernel/result.ts';
import { drawLight } from './light-draw.ts';

/** What a challenge is bound to. */
export interface ChallengeTerms {
  readonly terminalId: string;
  readonly paymentId: string;
  readonly amountMinor: bigint;
  readonly currency: string;
}

export interface IssuedChallenge {
  readonly challenge: string;
  readonly expiresAtMs: number;
  /** Colours that the terminal's screen is to show; null where it has none to light the face with, or need not. */
  readonly light: readonly LightColour[] | null;
}

/** What a good challenge was issued with. */
export type ChallengeLight = Pick<IssuedChallenge, 'light'>;

interface Entry extends ChallengeTerms {
  readonly challenge: string;
  readonly expiresAtMs: number;
  readonly light: readonly LightColour[] | null;
  used: boolean;
}

export type ChallengeFailure = Extract<
  RefusalCode,
  'challenge_unknown' | 'challenge_used' | 'challenge_expired' | 'challenge_mismatch'
>;

const LIFE_MS = 30_000;
/** How long a dead challenge is remembered, to tell "expired" and "used" from "never heard of". */
const MEMORY_MS = 60_000;
/** A terminal has one shopper before it; more open challenges than this are leftovers. */
const MAX_PER_TERMINAL = 16;

/**
 * One-time challenges, in memory: after a restart every open one is unknown and the terminal asks anew.
 * Invariant: a challenge is good once, for one terminal, payment and amount, for 30 s.
 */
export class ChallengeBook {
  private readonly byTerminal = new Map<string, Entry[]>();
  private readonly clock: Clock;
  private readonly random: (bytes: number) => Buffer;

  /** @param random cryptographically strong bytes */
  constructor(clock: Clock, random: (bytes: number) => Buffer) {
    this.clock = clock;
    this.random = random;
  }

  /** @param lit whether colours are drawn for the terminal's screen */
  issue(terms: ChallengeTerms, lit = false): IssuedChallenge {
    const now = this.clock.now();
    const kept = (this.byTerminal.get(terms.terminalId) ?? [])
      .filter((entry) => entry.expiresAtMs + MEMORY_MS > now)
      .slice(1 - MAX_PER_TERMINAL);
    const entry: Entry = {
      terminalId: terms.terminalId,
      paymentId: terms.paymentId,
      amountMinor: terms.amountMinor,
      currency: terms.currency,
      challenge: this.random(32).toString('base64url'),
      expiresAtMs: now + LIFE_MS,
      light: lit ? drawLight(this.random) : null,
      used: false,
    };
    kept.push(entry);
    this.byTerminal.set(terms.terminalId, kept);
    const { challenge, expiresAtMs, light } = entry;
    return { challenge, expiresAtMs, light };
  }

  /** Whether the challenge is good for these terms, without using it up. */
  check(challenge: string, terms: ChallengeTerms): Result<ChallengeLight, ChallengeFailure> {
    return this.find(challenge, terms);
  }

  /** The same, and it is used up. */
  use(challenge: string, terms: ChallengeTerms): Result<ChallengeLight, ChallengeFailure> {
    const found = this.find(challenge, terms);
    if (found.ok) found.value.used = true;
    return found;
  }

  /** Forgets what a terminal was given. */
  forget(terminalId: string): void {
    this.byTerminal.delete(terminalId);
  }

  private find(challenge: string, terms: ChallengeTerms): Result<Entry, ChallengeFailure> {
    const entry = (this.byTerminal.get(terms.terminalId) ?? []).find(
      (candidate) => candidate.challenge === challenge,
    );
    if (!entry) return err('challenge_unknown');
    if (entry.used) return err('challenge_used');
    if (this.clock.now() >= entry.expiresAtMs) return err('challenge_expired');
    const same =
      entry.paymentId === terms.paymentId &&
      entry.amountMinor === terms.amountMinor &&
      entry.currency === terms.currency;
    return same ? ok(entry) : err('challenge_mismatch');
  }
}
