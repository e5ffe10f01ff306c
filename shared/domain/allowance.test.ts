import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Allowance,
  committedMinor,
  freeMinor,
  grantMinor,
  type Holding,
  inNewLife,
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
  readonly held: (Holding & { readonly closedMinor?: bigint })[];
  readonly grantsInTheAir: { readonly hub: number; readonly grantedMinor: bigint }[] = [];
  readonly returnsInTheChain: bigint[][];
  /** Of each hub what shoppers have really spent there, in all of its lives. */
  readonly spent: bigint[];
  /** As the hub was when its backup was taken, with the returns of its chain that central had not taken in then. */
  readonly backups = new Map<number, { hub: Allowance; returns: number }>();
  /** Hubs that were restored, and that central has not answered since. */
  readonly unconfirmed = new Set<number>();
  funded: bigint;

  constructor(hubCount: number, funded: bigint) {
    this.funded = funded;
    this.hubs = Array.from({ length: hubCount }, () => ({
      grantedMinor: 0n,
      returnedMinor: 0n,
      usedMinor: 0n,
      closedMinor: 0n,
    }));
    this.held = this.hubs.map(() => ({ grantedMinor: 0n, returnedMinor: 0n }));
    this.returnsInTheChain = this.hubs.map(() => []);
    this.spent = this.hubs.map(() => 0n);
  }

  get wallet(): Wallet {
    return {
      fundedMinor: this.funded,
      escrowedMinor: this.held.reduce((sum, h) => sum + h.grantedMinor - h.returnedMinor, 0n),
    };
  }

  hub(index: number): Allowance {
    const hub = index % this.hubs.length;
    const allowance = this.hubs[hub] ?? this.fail();
    return this.unconfirmed.has(hub) ? inNewLife(allowance) : allowance;
  }

  backUp(index: number): void {
    const hub = index % this.hubs.length;
    if (this.unconfirmed.has(hub)) return;
    const returns = this.returnsInTheChain[hub]?.length ?? 0;
    this.backups.set(hub, { hub: this.hub(hub), returns });
  }

  /** What was told after the backup, and has not reached central, never does. */
  restore(index: number): void {
    const hub = index % this.hubs.length;
    const backup = this.backups.get(hub);
    if (!backup) return;
    this.hubs[hub] = backup.hub;
    this.returnsInTheChain[hub]?.splice(backup.returns);
    this.backups.delete(hub);
    this.unconfirmed.add(hub);
  }

  /** Central has booked that another life has begun, and all before it; the hub hears of it. */
  confirm(index: number): void {
    const hub = index % this.hubs.length;
    if (!this.unconfirmed.has(hub)) return;
    while (this.returnsInTheChain[hub]?.length) this.takeReturn(hub);
    const held = this.held[hub] ?? this.fail();
    const closed = { ...held, closedMinor: held.grantedMinor };
    this.held[hub] = closed;
    this.unconfirmed.delete(hub);
    this.hubs[hub] = inNewLife(this.hubs[hub] ?? this.fail(), closed);
  }

  ask(index: number, needMinor: bigint): void {
    const hub = index % this.hubs.length;
    const { grantedMinor } = this.hub(hub);
    const held = this.held[hub] ?? this.fail();
    // a hub that was restored is answered when central knows of it
    if (this.unconfirmed.has(hub)) return;
    const { closedMinor = 0n } = held;
    const given = grantMinor(this.wallet, held, {
      grantedMinor: grantedMinor > closedMinor ? grantedMinor : closedMinor,
      spendableMinor: spendableMinor(this.hub(hub)),
      needMinor,
      wantMinor: 100n,
    });
    this.held[hub] = { ...held, grantedMinor: held.grantedMinor + given };
    this.grantsInTheAir.push({ hub, grantedMinor: held.grantedMinor + given });
  }

  deliver(which: number): void {
    const grant = this.grantsInTheAir[which % Math.max(1, this.grantsInTheAir.length)];
    const allowance = grant && this.hubs[grant.hub];
    if (allowance) this.hubs[grant.hub] = withGrant(allowance, grant.grantedMinor);
  }

  pay(index: number, amountMinor: bigint): void {
    const hub = index % this.hubs.length;
    const allowance = this.hub(hub);
    if (spendableMinor(allowance) < amountMinor) return;
    this.hubs[hub] = { ...allowance, usedMinor: allowance.usedMinor + amountMinor };
    this.spent[hub] = (this.spent[hub] ?? 0n) + amountMinor;
  }

  refund(index: number, amountMinor: bigint): void {
    const hub = index % this.hubs.length;
    // what both lives give back is refused by the table of moves: here only one of them does
    if (this.backups.has(hub)) return;
    const allowance = this.hubs[hub] ?? this.fail();
    const back = amountMinor < allowance.usedMinor ? amountMinor : allowance.usedMinor;
    this.hubs[hub] = { ...allowance, usedMinor: allowance.usedMinor - back };
    this.spent[hub] = (this.spent[hub] ?? 0n) - back;
  }

  giveBack(index: number, keepMinor: bigint): void {
    const hub = index % this.hubs.length;
    const allowance = this.hub(hub);
    const amount = surplusMinor(allowance, keepMinor);
    if (amount > 0n)
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
    for (const index of this.hubs.keys()) {
      const hub = this.hub(index);
      const held = this.held[index] ?? this.fail();
      if (spendableMinor(hub) < 0n) broken.push('a hub has spent more than it holds');
      if (hub.grantedMinor > held.grantedMinor) broken.push('a hub holds what was not granted');
      const isRestored = this.unconfirmed.has(index);
      if (held.returnedMinor > hub.returnedMinor && !isRestored)
        broken.push('what was not returned is back');
      possible += (this.spent[index] ?? 0n) + spendableMinor(hub);
    }
    if (possible > this.funded) broken.push('more can be spent than there is');
    return broken;
  }

  private fail(): never {
    throw new Error('no such hub');
  }
}

describe('hubs and central', () => {
  it('never let more be spent than there is, in whatever order messages come, often or never, whichever backup is put back', () => {
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
        'backUp',
        'restore',
        'confirm',
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
          else if (what === 'backUp') city.backUp(hub);
          else if (what === 'restore') city.restore(hub);
          else if (what === 'confirm') city.confirm(hub);
          else city.funded += amount;
          expect(city.broken()).toEqual([]);
        }
      }),
      { numRuns: 300 },
    );
  });
});
