import { readEpochs } from '../../central/intake/epoch-store.ts';
import type { Epochs } from '../../central/intake/epochs.ts';
import { verifyBook } from '../../central/verification/verify-book.ts';
import { present } from '../../shared/kernel/assert.ts';
import { isOfTheChain } from '../powercut/damage.ts';
import type { CityDatabase } from './city-database.ts';
import { type Damage, noDamage } from './damage.ts';
import { holdAgainstCity } from './hold-against-city.ts';
import { type HubBooks, type HubFiles, readHub } from './hub-books.ts';
import type { Journal } from './journal.ts';

export interface Audited {
  readonly damage: Damage;
  /** What terminals were told by a hub whose disk was lost before central had heard of it: nobody can have it. */
  readonly goneWithDisk: number;
  /** What was found, in words, for who looks into it. */
  readonly examples: readonly string[];
}

/** Holds what terminals were told against every hub's ledger and central's book. */
export async function audit(parts: {
  readonly hubs: readonly HubFiles[];
  readonly city: CityDatabase;
  readonly journal: Journal;
  /** What every shopper may spend in all. */
  readonly walletMinor: bigint;
  /** Intakes that stand still because a chain does not go on. */
  readonly halted: number;
}): Promise<Audited> {
  const { city, journal } = parts;
  const damage = noDamage();
  const examples: string[] = [];
  const hubs = parts.hubs.map(readHub);
  const findings = hubs.flatMap((hub) => hub.findings);
  const look = await city.look();
  const epochs = new Map<string, Epochs>();
  for (const { hubId } of hubs) {
    const { findings: more } = await look.snapshot((tx) => verifyBook(tx, hubId));
    findings.push(...more);
    epochs.set(hubId, await readEpochs(look.db, hubId));
  }
  await look.close();
  damage.chainBreaks += findings.filter(({ code }) => isOfTheChain(code)).length;
  damage.unbalanced += findings.length - damage.chainBreaks;
  for (const { code, table, key, detail } of findings) {
    examples.push(`${code}: ${table} ${key}: ${detail}`);
  }
  let goneWithDisk = 0;
  for (const hub of hubs) {
    const lives = present(epochs.get(hub.hubId), 'lives');
    const told = journal.acknowledged.filter(({ hubId }) => hubId === hub.hubId);
    goneWithDisk += await holdAgainstCity(hub, { city, told, damage, examples, lives });
  }
  damage.chainBreaks += parts.halted;
  damage.overdrawn += countOverdrawn(hubs, parts.walletMinor);
  damage.duplicated += await countDuplicated(city, journal);
  return { damage, goneWithDisk, examples };
}

function countOverdrawn(hubs: readonly HubBooks[], walletMinor: bigint): number {
  const spent = new Map<string, bigint>();
  const held = new Map<string, bigint>();
  const add = (sums: Map<string, bigint>, of: string, amount: bigint): void => {
    sums.set(of, (sums.get(of) ?? 0n) + amount);
  };
  for (const { allowances, lostParts } of hubs) {
    for (const { shopperId, usedMinor, heldMinor, spendableMinor } of allowances) {
      add(spent, shopperId, usedMinor);
      // a backup does not know what was returned since
      add(held, shopperId, lostParts.length === 0 ? heldMinor : usedMinor + spendableMinor);
    }
    for (const [shopperId, amountMinor] of lostParts.flatMap((part) => [...part.spentMinor])) {
      add(spent, shopperId, amountMinor);
      add(held, shopperId, amountMinor);
    }
  }
  const above = [...held].filter(
    ([shopperId, sum]) => sum > walletMinor || (spent.get(shopperId) ?? 0n) > walletMinor,
  ).length;
  return above + hubs.reduce((sum, { overRefunded }) => sum + overRefunded, 0);
}

async function countDuplicated(city: CityDatabase, { saleOf }: Journal): Promise<number> {
  const captured = await city.query<{ payment_id: string; captures: number }>(`
    select p.payment_id::text as payment_id, count(e.entry_id)::int as captures
    from payments p left join journal_entries e
      on e.hub_id = p.hub_id and e.payment_id = p.payment_id and e.kind = 'capture'
    group by p.hub_id, p.payment_id order by 1`);
  const sales = new Set<string>();
  let duplicated = 0;
  for (const { payment_id: paymentId, captures } of captured) {
    const sale = saleOf.get(paymentId);
    if (sale === undefined || sales.has(sale) || captures > 1) duplicated += 1;
    if (sale !== undefined) sales.add(sale);
  }
  return duplicated;
}
