import type { RefusalCode } from '../../shared/contracts/refusal.ts';
import { type AmountTiers, isAboveTier } from './amount-tiers.ts';

/** 1:N thresholds, as the hub has calibrated them. Scores are cosines. */
export interface IdentifyThresholds {
  /** From here the best candidate may be the person. */
  readonly sure: number;
  /** From here the digits are enough for a regular who is as good as the best. */
  readonly likely: number;
  /** Below this a candidate is nobody. */
  readonly floor: number;
  /** How far the best must be ahead of the second person. */
  readonly margin: number;
}

/**
 * From which score two people of the gallery are look-alikes: a picture of one that comes out one margin better
 * than their templates compare would be sure of the other.
 */
export function lookAlikeFrom(thresholds: Pick<IdentifyThresholds, 'sure' | 'margin'>): number {
  return thresholds.sure - thresholds.margin;
}

/**
 * What the shopper's answer says of one candidate. `absent`: that person has never set such a secret, so
 * no answer can speak for them.
 */
export type Knowledge = 'absent' | 'unasked' | 'right' | 'wrong';

/**
 * Whether a person may still be asked. `questions`: too many wrong digits, nothing is asked about them for a
 * while. `closed`: too many wrong PINs, they do not pay by face for a while at all.
 */
export type Lock = 'open' | 'questions' | 'closed';

/** One person who could be the shopper, with what the hub knows of them. */
export interface DecisionCandidate {
  readonly shopperId: string;
  readonly score: number;
  /** Has paid at this shop before, often enough to be a regular. */
  readonly familiar: boolean;
  /** Somebody else in the gallery has nearly the same face. */
  readonly lookAlike: boolean;
  readonly minor: boolean;
  readonly lock: Lock;
  /** The last four digits of the phone number. */
  readonly last4: Knowledge;
  readonly pin: Knowledge;
}

/** What is decided about, whoever it is and however they have said so. */
export interface Asked {
  readonly amountMinor: bigint;
  readonly tiers: AmountTiers;
  /** `unsupported`: the terminal cannot ask; `locked`: too many wrong answers came from it. */
  readonly questions: 'open' | 'locked' | 'unsupported';
  /** Wrong answers given for this look or claim so far. */
  readonly wrongAnswers: number;
}

/** What the decision on a look goes by: evidence, amount, answers, and what the hub knows. */
export interface DecisionInput extends Asked {
  /** `doubt`: the sensors do not agree; enough to go on with a PIN, not enough without. */
  readonly liveness: 'live' | 'doubt' | 'attack';
  /** One entry per person; the order says nothing. */
  readonly candidates: readonly DecisionCandidate[];
  /** Whether rank 1 is proven to be the gallery's best. */
  readonly certified: boolean;
  readonly thresholds: IdentifyThresholds;
}

/** Somebody who has said who they are by something that only they have: there is no face in it that could be another's. */
export type NamedPerson = Omit<DecisionCandidate, 'score' | 'lookAlike' | 'last4'>;

export type Question = 'last4' | 'pin';

export interface Approval {
  readonly outcome: 'approve';
  readonly shopperId: string;
}

export interface Asking {
  readonly outcome: 'ask';
  readonly question: Question;
  /** The people whose answer it may be; the terminal never hears who. */
  readonly of: readonly string[];
}

/** `decline`: look again; `fallback`: pay another way. */
export interface Refused {
  readonly outcome: 'decline' | 'fallback';
  readonly code: RefusalCode;
}

export type Verdict = Approval | Asking | Refused;

/** Wrong answers in one look after which another way to pay is offered: one slip of the finger is forgiven. */
export const MAX_WRONG_ANSWERS = 2;

/** Codes after which another look may help; after all others another way to pay is offered. */
const LOOK_AGAIN: ReadonlySet<RefusalCode> = new Set<RefusalCode>([
  'not_an_image',
  'no_face',
  'several_faces',
  'face_too_small',
  'face_turned_away',
  'face_blurred',
  'light_too_low',
  'light_too_strong',
  'eyes_covered',
]);

/** Before anybody is looked at: a payment that cannot go through this way needs no face. */
export function decideBeforeLooking(amountMinor: bigint, limitMinor: bigint): Refused | undefined {
  if (amountMinor <= limitMinor) return undefined;
  return fallback('amount_above_limit');
}

/** When the pictures gave no usable face. */
export function decideWithoutFace(code: RefusalCode): Refused {
  return { outcome: LOOK_AGAIN.has(code) ? 'decline' : 'fallback', code };
}

/**
 * Who it is, if anybody. Liveness comes first: what is not alive is nobody, however well it compares.
 *
 * - **Sure zone**: one contender from `sure` on, proven to be the best. Pays, or is asked the PIN where amount,
 *   look-alikes or doubtful liveness want it.
 * - **Grey zone**: everything else from `floor` on. The last four digits must single out one contender, who gives
 *   the PIN as well, unless they are a regular of this shop, at least `likely`, and nobody is clearly better.
 *
 * Invariants (`decision.test.ts`): nobody is approved below `floor`, nor who is not the single contender that
 * fits every answer; who has answered nothing right is approved in the sure zone only.
 */
export function decide(input: DecisionInput): Verdict {
  if (input.liveness === 'attack') return fallback('attack_suspected');
  const early = decideBeforeLooking(input.amountMinor, input.tiers.limitMinor);
  if (early) return early;
  const contenders = contendersOf(input);
  const [only, ...others] = contenders.filter((each) => each.foremost);
  if (!only) return fallback('not_recognised');
  const sure =
    others.length === 0 &&
    only.score >= input.thresholds.sure &&
    input.certified &&
    only.last4 !== 'wrong';
  return sure ? decidePerson(only, 'sure', input) : decideGreyZone(contenders, input);
}

/** Whether a person who is named for sure pays: the same limits, tiers and locks as after a look. */
export function decideNamed(person: NamedPerson, asked: Asked): Verdict {
  const early = decideBeforeLooking(asked.amountMinor, asked.tiers.limitMinor);
  return early ?? decidePerson({ ...person, lookAlike: false }, 'sure', asked);
}

interface Contender extends DecisionCandidate {
  /** The best, or one whom the best is not clear of. */
  readonly foremost: boolean;
}

/** How far the face alone goes; whoever is only possible needs every answer there is. */
type Certainty = 'sure' | 'likely' | 'possible';

/**
 * Everybody from `floor` on. Written so that a score which is not a number makes nobody a contender: evidence
 * with a hole in it is no evidence.
 */
function contendersOf({ candidates, thresholds }: DecisionInput): readonly Contender[] {
  if (candidates.some(({ score }) => Number.isNaN(score))) return [];
  const best = Math.max(...candidates.map(({ score }) => score));
  return candidates
    .filter(({ score }) => score >= thresholds.floor)
    .map((each) => ({
      ...each,
      foremost: each.score === best || !(best - each.score >= thresholds.margin),
    }));
}

function certaintyOf({ foremost, score }: Contender, { likely }: IdentifyThresholds): Certainty {
  return foremost && score >= likely ? 'likely' : 'possible';
}

/** The digits come before the PIN, so that a stranger cannot get at the PIN, and its lock, of whomever they resemble. */
function decideGreyZone(contenders: readonly Contender[], input: DecisionInput): Verdict {
  const open = contenders.filter(({ lock }) => lock === 'open');
  if (open.length === 0) return fallback('too_many_tries');
  const fitting = open.filter(({ last4 }) => last4 === 'right');
  const [only, ...others] = fitting;
  if (!only) {
    const askable = open.filter(({ last4 }) => last4 !== 'absent');
    return askable.length > 0 ? ask('last4', askable, input) : fallback('ambiguous');
  }
  if (others.length === 0) {
    return decidePerson(only, certaintyOf(only, input.thresholds), input);
  }
  return tellApartByPin(fitting, input);
}

/** Several contenders share the digits. Only where each of them has a PIN does it say which one it is. */
function tellApartByPin(fitting: readonly DecisionCandidate[], input: DecisionInput): Verdict {
  if (fitting.some(({ pin }) => pin === 'absent')) return fallback('ambiguous');
  const [only, ...others] = fitting.filter(({ pin }) => pin === 'right');
  if (!only) return ask('pin', fitting, input);
  return others.length === 0 ? decidePerson(only, 'possible', input) : fallback('ambiguous');
}

type Person = Omit<DecisionCandidate, 'score' | 'last4'>;
/** A liveness where there was a look. */
type PersonInput = Asked & Partial<Pick<DecisionInput, 'liveness'>>;

/** It is this person or nobody. */
function decidePerson(person: Person, certainty: Certainty, input: PersonInput): Verdict {
  const { amountMinor, tiers } = input;
  if (person.lock === 'closed') return fallback('too_many_tries');
  // not said more plainly: whoever stands behind the shopper need not hear their age
  if (person.minor && amountMinor > tiers.minorsLimitMinor) return fallback('amount_above_limit');
  if (!needsPin(person, certainty, input) || person.pin === 'right') {
    return { outcome: 'approve', shopperId: person.shopperId };
  }
  return person.pin === 'absent' ? fallback('pin_needed') : ask('pin', [person], input);
}

function needsPin(person: Person, certainty: Certainty, input: PersonInput): boolean {
  return (
    input.liveness === 'doubt' ||
    person.lookAlike ||
    person.pin === 'wrong' ||
    isAboveTier(input.amountMinor, input.tiers, person.familiar) ||
    certainty === 'possible' ||
    (certainty === 'likely' && !person.familiar)
  );
}

function ask(
  question: Question,
  of: readonly Pick<DecisionCandidate, 'shopperId'>[],
  { questions, wrongAnswers }: Asked,
): Asking | Refused {
  if (questions === 'unsupported') return fallback(question === 'pin' ? 'pin_needed' : 'ambiguous');
  if (questions === 'locked') return fallback('too_many_tries');
  if (wrongAnswers >= MAX_WRONG_ANSWERS) return fallback('answer_wrong');
  return { outcome: 'ask', question, of: of.map(({ shopperId }) => shopperId) };
}

function fallback(code: RefusalCode): Refused {
  return { outcome: 'fallback', code };
}
