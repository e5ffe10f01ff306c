import type { StagesMs } from '../../shared/contracts/terminal-messages.ts';
import type { Books } from './audit.ts';
import type { Played } from './play.ts';

/** The scripted part's result; the names are a contract. */
export interface DemoSummary {
  readonly enrolled: number;
  readonly payments: number;
  readonly approved: number;
  /** Looks after which the last digits or the PIN were asked for, and how many then paid. */
  readonly asked: { readonly payments: number; readonly approved: number; readonly others: number };
  readonly wrongCharges: number;
  readonly strangersTried: number;
  readonly strangersApproved: number;
  readonly attacksTried: number;
  readonly attacksApproved: number;
  /** Enrolled people who were not paid for, after a second look where one was asked for. */
  readonly falseDeclines: number;
  /** From the sending of a probe to its result at the terminal; the time to type digits is not in it. */
  readonly latencyMs: { readonly p50: number; readonly p95: number; readonly p99: number };
  /** Medians at the hub; the networks' stages are sums over the burst's frames. */
  readonly stagesMs: Omit<StagesMs, 'queue' | 'total'>;
  readonly outage: {
    readonly seconds: number;
    readonly paymentsDuring: number;
    readonly lost: number;
    readonly duplicated: number;
    /** From the restoring of the link until central had everything. */
    readonly caughtUpMs: number;
  };
  readonly hubRows: number;
  readonly centralRows: number;
  readonly booksBalanced: boolean;
  readonly erasure: {
    readonly hubs: number;
    readonly receipts: number;
    readonly paidAfter: boolean;
  };
  readonly camera: string;
  readonly pack: string;
}

export interface DemoFacts {
  readonly played: readonly Played[];
  readonly shopperIds: ReadonlyMap<string, string>;
  readonly books: Books;
  readonly outage: { readonly seconds: number; readonly caughtUpMs: number };
  readonly erasure: DemoSummary['erasure'];
  readonly pack: string;
}

const CAMERA =
  'simulated: plays photos (another one than the enrolled where there is one, else changed as a camera would); depth is simulated';

/** Counts what happened; nothing is assumed. */
export function summarise(facts: DemoFacts): DemoSummary {
  const { played, books } = facts;
  const of = (kind: Played['scene']['kind']): Played[] =>
    played.filter((p) => p.scene.kind === kind);
  const payments = of('payment');
  const paid = played.filter((p) => p.paid);
  const paidIds = paid.map((p) => p.outcome.paymentId);
  const central = new Set(books.centralPaymentIds);
  const latencies = played.map((p) => p.outcome.timings.decision);
  return {
    enrolled: facts.shopperIds.size,
    payments: payments.length,
    approved: payments.filter((p) => p.paid).length,
    asked: {
      payments: payments.filter(wasAsked).length,
      approved: payments.filter((p) => wasAsked(p) && p.paid).length,
      others: played.filter((p) => p.scene.kind !== 'payment' && wasAsked(p)).length,
    },
    wrongCharges: paid.filter((p) => !isRightlyCharged(p, facts)).length,
    strangersTried: of('stranger').length,
    strangersApproved: of('stranger').filter((p) => p.paid).length,
    attacksTried: of('attack').length,
    attacksApproved: of('attack').filter((p) => p.paid).length,
    falseDeclines: payments.filter((p) => !p.paid).length,
    latencyMs: {
      p50: quantile(latencies, 0.5),
      p95: quantile(latencies, 0.95),
      p99: quantile(latencies, 0.99),
    },
    stagesMs: medianStages(played),
    outage: {
      seconds: facts.outage.seconds,
      paymentsDuring: paid.filter((p) => p.offline).length,
      lost: paidIds.filter((id) => !central.has(id)).length,
      duplicated:
        books.centralPaymentIds.length -
        central.size +
        Math.max(0, books.centralRows - books.hubRows),
      caughtUpMs: Math.round(facts.outage.caughtUpMs),
    },
    hubRows: books.hubRows,
    centralRows: books.centralRows,
    booksBalanced: books.balanced,
    erasure: facts.erasure,
    camera: CAMERA,
    pack: facts.pack,
  };
}

/** What must hold and does not; empty when all is well. */
export function broken(summary: DemoSummary, expected: { readonly enrolled: number }): string[] {
  const claims: [boolean, string][] = [
    [summary.enrolled === expected.enrolled, 'everybody could be enrolled'],
    [summary.wrongCharges === 0, 'nobody was charged for someone else'],
    [summary.strangersApproved === 0, 'no stranger could pay'],
    [summary.attacksApproved === 0, 'no attack could pay'],
    [summary.approved >= summary.payments * 0.9, 'nine of ten payments went through'],
    [summary.outage.paymentsDuring > 0, 'payments went on during the outage'],
    [summary.outage.lost === 0, 'no payment was lost'],
    [summary.outage.duplicated === 0, 'no payment was doubled'],
    [summary.hubRows === summary.centralRows, 'central has what the hubs have'],
    [summary.booksBalanced, 'the books balance'],
    [summary.erasure.receipts === summary.erasure.hubs, 'every hub confirmed the erasure'],
    [!summary.erasure.paidAfter, 'who was erased cannot pay'],
  ];
  return claims.filter(([holds]) => !holds).map(([, claim]) => claim);
}

const wasAsked = ({ asked }: Played): boolean => asked.length > 0;

/** A stranger or an attacker who pays is a wrong charge too: somebody else pays for it. */
function isRightlyCharged(played: Played, { books, shopperIds }: DemoFacts): boolean {
  const charged = books.chargedShopper.get(played.outcome.paymentId);
  const expected = shopperIds.get(played.scene.who.name);
  return played.scene.kind === 'payment' && charged !== undefined && charged === expected;
}

function medianStages(played: readonly Played[]): DemoSummary['stagesMs'] {
  const stages = played.flatMap(({ outcome }) =>
    outcome.kind === 'decided' && outcome.result.stagesMs.embed > 0
      ? [outcome.result.stagesMs]
      : [],
  );
  const median = (name: keyof StagesMs): number =>
    quantile(
      stages.map((each) => each[name]).filter((ms) => ms > 0),
      0.5,
    );
  return {
    decode: median('decode'),
    detect: median('detect'),
    pad: median('pad'),
    embed: median('embed'),
    search: median('search'),
    commit: median('commit'),
  };
}

/** The q-quantile by nearest rank, to a tenth; 0 of nothing. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const rank = Math.max(0, Math.ceil(q * sorted.length) - 1);
  return Math.round((sorted[rank] ?? 0) * 10) / 10;
}
