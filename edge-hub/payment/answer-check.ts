import type { Clock } from '../../shared/kernel/clock.ts';
import type { Question } from '../decision/decision.ts';
import { afterWrongAnswer, isLocked, type LockScope } from '../decision/lockout.ts';
import { isPin } from '../enrolment/pin-hash.ts';
import type { PersonSecrets } from '../enrolment/template-codec.ts';
import type { OpenQuestion } from './question-book.ts';
import type { WrongAnswerStore } from './wrong-answer-store.ts';

/** Ids of those among the asked whose answer it is. */
export type RightFor = ReadonlySet<string>;

/** Whose digits they are, if anybody's. A PIN is tried on each who was asked: one, or a few with the same last digits. */
export async function rightFor(
  { question, of }: OpenQuestion,
  digits: string,
  secretsOf: (shopperId: string) => PersonSecrets | undefined,
): Promise<RightFor> {
  const right = new Set<string>();
  for (const shopperId of of) {
    const secrets = secretsOf(shopperId);
    if (secrets && (await isRight(question, digits, secrets))) right.add(shopperId);
  }
  return right;
}

async function isRight(
  question: Question,
  digits: string,
  secrets: PersonSecrets,
): Promise<boolean> {
  if (question === 'last4') return secrets.phoneLast4 === digits;
  return secrets.pin !== null && isPin(digits, secrets.pin);
}

/**
 * Counts an answer for the locks; belongs inside the transaction that decides on it. A wrong one counts for the
 * terminal, and for everybody at whom it was a guess that could have been enough: digits open nothing by themselves
 * for those who are not even likely, and many of these are asked, so that strangers would lock them by and by.
 */
export function countAnswer(
  { question, of, evidence }: OpenQuestion,
  right: RightFor,
  { store, clock }: { readonly store: WrongAnswerStore; readonly clock: Clock },
): void {
  const now = clock.now();
  const scope: LockScope = question === 'pin' ? 'pin' : 'digits';
  const count = (what: LockScope, subjectId: string): void => {
    store.put(what, subjectId, afterWrongAnswer(store.find(what, subjectId), what, now));
  };
  if (right.size === 0) {
    for (const shopperId of question === 'pin' ? of : likelyOf(of, evidence))
      count(scope, shopperId);
    count('terminal', evidence.terms.terminalId);
    return;
  }
  for (const shopperId of right) {
    // a right guess that comes when the lock is shut does not open it
    if (!isLocked(store.find(scope, shopperId), now)) store.forget(scope, shopperId);
  }
}

function likelyOf(of: readonly string[], evidence: OpenQuestion['evidence']): readonly string[] {
  // who has named themselves is asked for no digits
  if (evidence.way !== 'face') return of;
  const { candidates, thresholds } = evidence;
  const likely = candidates.filter(({ score }) => score >= thresholds.likely);
  return of.filter((asked) => likely.some(({ shopperId }) => shopperId === asked));
}
