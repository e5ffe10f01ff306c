import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Allowance,
  committedMinor,
  freeMinor,
  grantMinor,
  type Holding,
  spendableMinor,
  surplusMinor,
  type Wallet,
  withGrant,
} from './allowance.ts';
import { afterMove, PAYMENT_MOVES, type PaymentStanding } from './payment.ts';

const minor = fc.bigInt({ min: 0n, max: 1_000n });

describe('grantMinor', () => {
  const wallet = (fundedMinor: bigint, escrowedMinor = 0n): Wallet => ({
    fundedMinor,
    escrowedMinor,
  });
  const ask = (needMinor: bigint, wantMinor: bigint, spendable = 0n) => ({
    grantedMinor: 0n,
    spendableMinor: spendable,
    needMinor,
    wantMinor,
  });
  const none: Holding = { grantedMinor: 0n, returnedMinor: 0n };

  it.each([
    { name: 'what is wanted', of: wallet(1_000n), asked: ask(0n, 300n), granted: 300n },
    { name: 'half of what is free', of: wallet(400n), asked: ask(0n, 300n), granted: 200n },
    { name: 'what the payment takes', of: wallet(400n), asked: ask(350n, 300n), granted: 350n },
    { name: 'all that is free', of: wallet(400n, 100n), asked: ask(350n, 300n), granted: 300n },
    { name: 'what is lacking', of: wallet(1_000n), asked: ask(0n, 300n, 250n), granted: 50n },
    { name: 'nothing', of: wallet(1_000n), asked: ask(200n, 300n, 300n), granted: 0n },
  ])('$name', ({ of, asked, granted }) => {
    expect(grantMinor(of, none, asked)).toBe(granted);
  });

  it('does not grant again what is on its way', () => {
    const held = { grantedMinor: 300n, returnedMinor: 0n };
    expect(grantMinor(wallet(1_000n, 300n), held, ask(0n, 300n))).toBe(0n);
  });

  it('is never negative and never more than is free, whatever a hub says', () => {
    fc.assert(
      fc.property(minor, minor, minor, minor, minor, minor, minor, (...numbers) => {
        const [funded, escrowed, granted, known, spendable, need, want] = numbers;
        fc.pre(escrowed <= funded);
        const of = wallet(funded, escrowed);
        const given = grantMinor(
          of,
          { grantedMinor: granted, returnedMinor: 0n },
          { grantedMinor: known, spendableMinor: spendable, needMinor: need, wantMinor: want },
        );
        expect(given >= 0n && given <= freeMinor(of)).toBe(true);
      }),
    );
  });
});

describe('committedMinor', () => {
  it('follows any payment: never negative, never more than it, nothing once it is over', () => {
    const moves = fc.array(fc.record({ kind: fc.constantFrom(...PAYMENT_MOVES), part: minor }));
    fc.assert(
      fc.property(moves, (all) => {
        let standing: PaymentStanding = { state: 'new', amountMinor: 500n, refundedMinor: 0n };
        for (const { kind, part } of all) {
          const after = afterMove(standing, {
            kind,
            amountMinor: kind === 'refund' ? part : 500n,
          });
          if (after.ok) standing = after.value;
          const committed = committedMinor(standing);
          expect(committed >= 0n && committed <= 500n).toBe(true);
          if (['refunded', 'reversed', 'cancelled', 'expired'].includes(standing.state)) {
            expect(committed).toBe(0n);
          }
        }
      }),
    );
  });
});

/**
 * Central, hubs and the messages between them, played with the functions above. A message stays in the air for good, so that
 * it may come late, again, or never; returns alone come once and in order, as the chain has them.
 */
class City {
  readonly hubs: Allowance[];
  readonly held: Holding[];
  readonly grantsInTheAir: { readonly hub: number; readonly grantedMinor: bigint }[] = [];
  readonly returnsInTheChain: bigint[][];
  funded: bigint;

  constructor(hubCount: number, funded: bigint) {
    this.funded = funded;
    this.hubs = Array.from({ length: hubCount }, () => ({
      grantedMinor: 0n,
      returnedMinor: 0n,
      usedMinor: 0n,
    }));
    this.held = this.hubs.map(() => ({ grantedMinor: 0n, returnedMinor: 0n }));
    this.returnsInTheChain = this.hubs.map(() => []);
  }

  get wallet(): Wallet {
    return {
      fundedMinor: this.funded,
      escrowedMinor: this.held.reduce((sum, h) => sum + h.grantedMinor - h.returnedMinor, 0n),
    };
  }

  hub(index: number): Allowance {
    return this.hubs[index % this.hubs.length] ?? this.fail();
  }

  ask(index: number, needMinor: bigint): void {
    const hub = index % this.hubs.length;
    const { grantedMinor } = this.hub(hub);
    const held = this.held[hub] ?? this.fail();
    const given = grantMinor(this.wallet, held, {
      grantedMinor,
      spendableMinor: spendableMinor(this.hub(hub)),
      needMinor,
      wantMinor: 100n,
    });
    this.held[hub] = { ...held, grantedMinor: held.grantedMinor + given };
    this.grantsInTheAir.push({ hub, grantedMinor: held.grantedMinor + given });
  }

  deliver(which: number): void {
    const grant = this.grantsInTheAir[which % Math.max(1, this.grantsInTheAir.length)];
    if (grant) this.hubs[grant.hub] = withGrant(this.hub(grant.hub), grant.grantedMinor);
  }

  pay(index: number, amountMinor: bigint): void {
    const hub = index % this.hubs.length;
    const allowance = this.hub(hub);
    if (spendableMinor(allowance) < amountMinor) return;
    this.hubs[hub] = { ...allowance, usedMinor: allowance.usedMinor + amountMinor };
  }

  refund(index: number, amountMinor: bigint): void {
    const hub = index % this.hubs.length;
    const allowance = this.hub(hub);
    const back = amountMinor < allowance.usedMinor ? amountMinor : allowance.usedMinor;
    this.hubs[hub] = { ...allowance, usedMinor: allowance.usedMinor - back };
  }

  giveBack(index: number, keepMinor: bigint): void {
    const hub = index % this.hubs.length;
    const allowance = this.hub(hub);
    const amount = surplusMinor(allowance, keepMinor);
    this.hubs[hub] = { ...allowance, returnedMinor: allowance.returnedMinor + amount };
    if (amount > 0n) this.returnsInTheChain[hub]?.push(amount);
  }

  takeReturn(index: number): void {
    const hub = index % this.hubs.length;
    const held = this.held[hub] ?? this.fail();
    const amount = this.returnsInTheChain[hub]?.shift() ?? 0n;
    this.held[hub] = { ...held, returnedMinor: held.returnedMinor + amount };
  }

  /** The invariants at the head of `allowance.ts` that do not hold now. */
  broken(): string[] {
    const broken: string[] = [];
    if (this.wallet.escrowedMinor > this.funded) broken.push('more is granted than there is');
    let possible = 0n;
    for (const [index, hub] of this.hubs.entries()) {
      const held = this.held[index] ?? this.fail();
      if (spendableMinor(hub) < 0n) broken.push('a hub has spent more than it holds');
      if (hub.grantedMinor > held.grantedMinor) broken.push('a hub holds what was not granted');
      if (held.returnedMinor > hub.returnedMinor) broken.push('what was not returned is back');
      possible += hub.usedMinor + spendableMinor(hub);
    }
    if (possible > this.funded) broken.push('more can be spent than there is');
    return broken;
  }

  private fail(): never {
    throw new Error('no such hub');
  }
}

describe('hubs and central', () => {
  it('never let more be spent than there is, in whatever order messages come, often or never', () => {
    const step = fc.record({
      what: fc.constantFrom(
        'ask',
        'deliver',
        'deliver',
        'pay',
        'pay',
        'refund',
        'giveBack',
        'takeReturn',
        'fund',
      ),
      hub: fc.nat(2),
      amount: fc.bigInt({ min: 1n, max: 120n }),
      which: fc.nat(50),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const city = new City(3, 300n);
        for (const { what, hub, amount, which } of steps) {
          if (what === 'ask') city.ask(hub, amount);
          else if (what === 'deliver') city.deliver(which);
          else if (what === 'pay') city.pay(hub, amount);
          else if (what === 'refund') city.refund(hub, amount);
          else if (what === 'giveBack') city.giveBack(hub, amount);
          else if (what === 'takeReturn') city.takeReturn(hub);
          else city.funded += amount;
          expect(city.broken()).toEqual([]);
        }
      }),
      { numRuns: 300 },
    );
  });
});
