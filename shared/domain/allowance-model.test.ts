import { describe, expect, it } from 'vitest';
import { grantMinor, type Holding, spendableMinor, surplusMinor, withGrant } from './allowance.ts';

/**
 * An explicit-state model: two hubs, one shopper with 4 units, three payments of 2 which either hub may be asked for, one
 * partition that may begin and end at any moment, one crash that takes a hub back to what it had on disk, requests that are
 * answered but whose answer is lost, and answers that come late or twice. Every reachable state in every order of steps is
 * visited; what must hold is looked at in each.
 */

const FUNDED = 4n;
const PAYMENT = 2n;

interface Hub {
  readonly granted: bigint;
  readonly returned: bigint;
  readonly used: bigint;
}

interface State {
  readonly hubs: readonly [Hub, Hub];
  /** As each hub would come back from a crash. */
  readonly disks: readonly [Hub, Hub];
  readonly held: readonly [Holding, Holding];
  /** Questions under way: what the hub knew when it asked. */
  readonly asks: readonly (Question | null)[];
  /** The last answer to each hub; it may be delivered any number of times. */
  readonly answers: readonly (bigint | null)[];
  /** Sums that hubs have returned and central has not heard of, in the chain's order. */
  readonly returns: readonly (readonly bigint[])[];
  readonly payments: number;
  readonly paid: number;
  readonly link: 'up' | 'cut' | 'healed';
  readonly crashes: number;
}

interface Question {
  readonly granted: bigint;
  readonly spendable: bigint;
}

interface Rules {
  /** A payment is on disk before it is acknowledged. */
  readonly durable: boolean;
  /** Grants are sums since the beginning; otherwise what is added. */
  readonly cumulative: boolean;
  /** A hub gives up what it returns before central hears of it. */
  readonly returnsFirst: boolean;
}

const OURS: Rules = { durable: true, cumulative: true, returnsFirst: true };

const HUB: Hub = { granted: 0n, returned: 0n, used: 0n };
const START: State = {
  hubs: [HUB, HUB],
  disks: [HUB, HUB],
  held: [
    { grantedMinor: 0n, returnedMinor: 0n },
    { grantedMinor: 0n, returnedMinor: 0n },
  ],
  asks: [null, null],
  answers: [null, null],
  returns: [[], []],
  payments: 3,
  paid: 0,
  link: 'up',
  crashes: 1,
};

const allowanceOf = (hub: Hub) => ({
  grantedMinor: hub.granted,
  returnedMinor: hub.returned,
  usedMinor: hub.used,
  closedMinor: 0n,
});
const spendable = (hub: Hub): bigint => spendableMinor(allowanceOf(hub));

/** A pair with one of it changed. */
function put<T>(pair: readonly T[], index: number, value: T): [T, T] {
  const [a, b] = pair.map((each, at) => (at === index ? value : each));
  if (a === undefined || b === undefined) throw new Error('a pair has two');
  return [a, b];
}

function oneOf<T>(pair: readonly T[], index: number): T {
  const value = pair[index];
  if (value === undefined) throw new Error('a pair has two');
  return value;
}

function write(state: State, hub: number, value: Hub): State {
  return { ...state, hubs: put(state.hubs, hub, value) };
}

/** As the hub is, so it would come back. */
function sync(state: State, hub: number): State {
  return { ...state, disks: put(state.disks, hub, oneOf(state.hubs, hub)) };
}

/** All that may happen next. */
function* next(state: State, rules: Rules): Generator<State> {
  if (state.link === 'up') yield { ...state, link: 'cut' };
  if (state.link === 'cut') yield { ...state, link: 'healed' };
  for (const hub of [0, 1]) yield* ofHub(state, hub, rules);
}

function* ofHub(state: State, hub: number, rules: Rules): Generator<State> {
  const here = oneOf(state.hubs, hub);
  if (state.payments > 0 && spendable(here) >= PAYMENT) {
    const written = write(state, hub, { ...here, used: here.used + PAYMENT });
    const paid = rules.durable ? sync(written, hub) : written;
    yield { ...paid, payments: state.payments - 1, paid: state.paid + 1 };
  }
  if (state.crashes > 0) {
    yield { ...write(state, hub, oneOf(state.disks, hub)), crashes: state.crashes - 1 };
  }
  if (state.asks[hub] === null) {
    const question = { granted: here.granted, spendable: spendable(here) };
    yield { ...state, asks: put(state.asks, hub, question) };
  }
  const answer = state.answers[hub];
  if (answer !== null && answer !== undefined) {
    const granted = rules.cumulative
      ? withGrant(allowanceOf(here), answer).grantedMinor
      : here.granted + answer;
    if (granted <= 3n * FUNDED) yield sync(write(state, hub, { ...here, granted }), hub);
  }
  if (state.link !== 'cut') yield* overTheLink(state, hub, rules);
}

/** What central does: questions, reclaims and returns reach it while the link is there. */
function* overTheLink(state: State, hub: number, rules: Rules): Generator<State> {
  const here = oneOf(state.hubs, hub);
  const held = oneOf(state.held, hub);
  const ask = state.asks[hub];
  if (ask) {
    const escrowed = state.held.reduce((sum, h) => sum + h.grantedMinor - h.returnedMinor, 0n);
    const given = grantMinor({ fundedMinor: FUNDED, escrowedMinor: escrowed }, held, {
      grantedMinor: ask.granted,
      spendableMinor: ask.spendable,
      needMinor: PAYMENT,
      wantMinor: PAYMENT,
    });
    const granted = held.grantedMinor + given;
    const answered = {
      ...state,
      asks: put(state.asks, hub, null),
      held: put(state.held, hub, { ...held, grantedMinor: granted }),
    };
    yield answered; // the answer is lost
    yield { ...answered, answers: put(state.answers, hub, rules.cumulative ? granted : given) };
  }
  const surplus = surplusMinor(allowanceOf(here), 0n);
  if (surplus > 0n && here.returned < 2n * FUNDED) {
    const told = {
      ...state,
      returns: put(state.returns, hub, [...oneOf(state.returns, hub), surplus]),
    };
    const given = { ...here, returned: here.returned + surplus };
    const written = write(told, hub, given);
    yield rules.returnsFirst ? sync(written, hub) : written;
  }
  const [first, ...rest] = oneOf(state.returns, hub);
  if (first !== undefined) {
    const returnedMinor = held.returnedMinor + first;
    const taken = put(state.held, hub, { ...held, returnedMinor });
    yield { ...state, held: taken, returns: put(state.returns, hub, rest) };
  }
}

function isOverdrawn(state: State): boolean {
  const possible = state.hubs.reduce((sum, hub) => sum + hub.used + spendable(hub), 0n);
  return (
    possible > FUNDED ||
    BigInt(state.paid) * PAYMENT > FUNDED ||
    state.hubs.some((hub) => spendable(hub) < 0n)
  );
}

/** Visits every state once. @returns how many there are, and the first in which more can be spent than there is */
function explore(rules: Rules): { states: number; overdrawn: State | undefined; mostPaid: number } {
  const seen = new Set<string>([keyOf(START)]);
  const open: State[] = [START];
  let mostPaid = 0;
  for (let state = open.pop(); state; state = open.pop()) {
    mostPaid = Math.max(mostPaid, state.paid);
    if (isOverdrawn(state)) return { states: seen.size, overdrawn: state, mostPaid };
    for (const after of next(state, rules)) {
      const key = keyOf(after);
      if (!seen.has(key)) open.push(after);
      seen.add(key);
    }
  }
  return { states: seen.size, overdrawn: undefined, mostPaid };
}

/** The two hubs are alike: a state and its mirror image are one. */
function keyOf(state: State): string {
  const [a = '', b = ''] = [0, 1].map((hub) => {
    const { granted, returned, used } = oneOf(state.hubs, hub);
    const disk = oneOf(state.disks, hub);
    const { grantedMinor, returnedMinor } = oneOf(state.held, hub);
    const ask = state.asks[hub];
    return `${granted},${returned},${used},${disk.granted},${disk.returned},${disk.used},${grantedMinor},${returnedMinor},${ask?.granted},${ask?.spendable},${state.answers[hub]},${oneOf(state.returns, hub).join('+')}`;
  });
  const rest = `${state.payments} ${state.paid} ${state.link} ${state.crashes}`;
  return a < b ? `${a} ${b} ${rest}` : `${b} ${a} ${rest}`;
}

describe('two hubs, three payments, one partition, one crash, in every order', () => {
  it('never spend more than there is, and can spend all of it', () => {
    const found = explore(OURS);
    expect(found.overdrawn).toBeUndefined();
    expect(found.mostPaid).toBe(2);
    expect(found.states).toBeGreaterThan(10_000);
  });

  it.each<[string, Partial<Rules>]>([
    ['a payment was acknowledged before it was on disk', { durable: false }],
    ['a grant was an addition that may come twice', { cumulative: false }],
    ['a return was told before the hub had given it up', { returnsFirst: false }],
  ])('would, if %s', (_, broken) => {
    expect(explore({ ...OURS, ...broken }).overdrawn).toBeDefined();
  });
});
