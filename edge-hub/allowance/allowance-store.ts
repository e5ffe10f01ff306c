import { and, asc, eq, sql } from 'drizzle-orm';
import { type Allowance, type Grant, inNewLife, withGrant } from '../../shared/domain/allowance.ts';
import type { Currency } from '../../shared/domain/money.ts';
import type { HubDatabase } from '../db/database.ts';
import { placeholders } from '../db/placeholders.ts';
import { allowances, blockedShoppers, hubSettings } from '../db/schema.ts';

/** Whose, and in which currency. */
export interface Purse {
  readonly shopperId: string;
  readonly currency: Currency;
}

/** A shopper's allowance with what was paid of it without central. */
export interface StoredAllowance extends Allowance {
  readonly offlineCount: number;
  readonly offlineMinor: bigint;
  /** When central had been heard last before those; RFC 3339. */
  readonly offlineSince: string | null;
}

/** Central's word of a purse, and for which of the hub's lives it holds. */
interface GrantOfLife extends Grant {
  readonly epoch: number;
}

const NOTHING: Allowance = {
  grantedMinor: 0n,
  returnedMinor: 0n,
  usedMinor: 0n,
  closedMinor: 0n,
};
const FIRST_EPOCH = 1;
const EPOCH = 'allowance_epoch';
const UNCONFIRMED = 'allowances_unconfirmed';
const LIST_VERSION = 'exception_list_version';
const HEARD_AT = 'central_heard_at';

/**
 * Allowances and the exception list. Writing methods belong inside a transaction, but for `keepHeard`. What an earlier life of
 * this hub was granted, and all of it as long as central has not confirmed this one, is closed to whoever reads it here.
 */
export class AllowanceStore {
  private readonly db: HubDatabase;
  private readonly prepared: ReturnType<typeof prepare>;

  constructor(db: HubDatabase) {
    this.db = db;
    this.prepared = prepare(db);
  }

  find(purse: Purse): StoredAllowance | undefined {
    const row = this.prepared.find.get({ shopperId: purse.shopperId, currency: purse.currency });
    const isOpen = row?.epoch === this.epoch() && this.unconfirmed() === undefined;
    return !row || isOpen ? row : { ...row, ...inNewLife(row) };
  }

  /** Keeps central's word of all that it has granted, unless more was heard before. */
  raiseGranted({ shopperId, currency }: Purse, { epoch, ...grant }: GrantOfLife): void {
    const row = this.prepared.find.get({ shopperId, currency });
    const isOfThisLife = row ? row.epoch >= epoch : epoch === FIRST_EPOCH;
    const after = isOfThisLife
      ? withGrant(row ?? NOTHING, grant.grantedMinor)
      : inNewLife(row ?? NOTHING, grant);
    const { grantedMinor, returnedMinor, closedMinor } = after;
    this.prepared.raise.run({
      shopperId,
      currency,
      grantedMinor,
      returnedMinor,
      closedMinor,
      epoch: Math.max(epoch, row?.epoch ?? epoch),
    });
  }

  /** Nothing is spent of any purse before central has the event with this id in its books. */
  awaitConfirmation(eventId: string): void {
    this.putSetting(UNCONFIRMED, eventId);
  }

  /** The event that central must know before it grants anything; undefined where there is none. */
  unconfirmed(): string | undefined {
    const eventId = this.setting(UNCONFIRMED);
    return eventId === '' ? undefined : eventId;
  }

  /** Central has answered for this life of the hub: purses of earlier ones stay closed until it speaks of them. */
  enterEpoch(epoch: number): void {
    if (this.unconfirmed() !== undefined) this.putSetting(UNCONFIRMED, '');
    if (epoch > this.epoch()) this.putSetting(EPOCH, String(epoch));
  }

  /** Gives so much back to central. The caller tells it by an event of the same transaction. */
  giveBack({ shopperId, currency }: Purse, amountMinor: bigint): void {
    this.prepared.giveBack.run({ shopperId, currency, amountMinor });
  }

  /** A payment was taken without central. */
  countOffline(
    { shopperId, currency }: Purse,
    offline: { readonly count: number; readonly amountMinor: bigint; readonly since: string },
  ): void {
    this.prepared.countOffline.run({ shopperId, currency, ...offline });
  }

  /** Purses of which less than this can be spent. */
  below(spendableMinor: bigint, limit: number): (Purse & Allowance)[] {
    return this.prepared.below.all({ level: spendableMinor, limit });
  }

  isBlocked(shopperId: string): boolean {
    return this.prepared.blocked.get({ shopperId }) !== undefined;
  }

  /** Central said so of one shopper; the next list says it again, or not. */
  block(shopperId: string): void {
    this.db.insert(blockedShoppers).values({ shopperId }).onConflictDoNothing().run();
  }

  /** Takes a whole exception list over, unless it is older than the one that is here. */
  replaceBlocked(listVersion: number, shopperIds: readonly string[]): void {
    if (listVersion <= Number(this.setting(LIST_VERSION) ?? 0)) return;
    this.db.delete(blockedShoppers).run();
    for (const shopperId of shopperIds) this.block(shopperId);
    this.putSetting(LIST_VERSION, String(listVersion));
  }

  /** When central was heard last, RFC 3339, as it was kept; undefined when never. */
  heardAt(): string | undefined {
    return this.setting(HEARD_AT);
  }

  keepHeard(iso: string): void {
    this.putSetting(HEARD_AT, iso);
  }

  private epoch(): number {
    return Number(this.setting(EPOCH) ?? FIRST_EPOCH);
  }

  private setting(name: string): string | undefined {
    return this.prepared.setting.get({ name })?.value;
  }

  private putSetting(name: string, value: string): void {
    this.db
      .insert(hubSettings)
      .values({ name, value })
      .onConflictDoUpdate({ target: hubSettings.name, set: { value } })
      .run();
  }
}

function prepare(db: HubDatabase) {
  const { shopperId, currency } = placeholders('shopperId', 'currency');
  const { name } = placeholders('name');
  const { amountMinor, count, since } = placeholders('amountMinor', 'count', 'since');
  const { level, limit } = placeholders('level', 'limit');
  const ofPurse = and(eq(allowances.shopperId, shopperId), eq(allowances.currency, currency));
  const spendable = sql`${allowances.grantedMinor} - ${allowances.returnedMinor} - ${allowances.usedMinor} - ${allowances.closedMinor}`;
  return {
    setting: db.select().from(hubSettings).where(eq(hubSettings.name, name)).prepare(),
    find: db.select().from(allowances).where(ofPurse).prepare(),
    raise: db
      .insert(allowances)
      .values({
        ...placeholders('shopperId', 'currency', 'grantedMinor', 'returnedMinor', 'closedMinor'),
        ...placeholders('epoch'),
        usedMinor: 0n,
        offlineCount: 0,
        offlineMinor: 0n,
      })
      .onConflictDoUpdate({
        target: [allowances.shopperId, allowances.currency],
        set: {
          grantedMinor: sql`excluded.granted_minor`,
          returnedMinor: sql`excluded.returned_minor`,
          closedMinor: sql`excluded.closed_minor`,
          epoch: sql`excluded.epoch`,
        },
      })
      .prepare(),
    giveBack: db
      .update(allowances)
      .set({ returnedMinor: sql`returned_minor + ${amountMinor}` })
      .where(ofPurse)
      .prepare(),
    countOffline: db
      .update(allowances)
      .set({
        offlineCount: sql`${count}`,
        offlineMinor: sql`${amountMinor}`,
        offlineSince: sql`${since}`,
      })
      .where(ofPurse)
      .prepare(),
    below: db
      .select()
      .from(allowances)
      .where(sql`${spendable} < ${level}`)
      .orderBy(asc(allowances.shopperId))
      .limit(limit)
      .prepare(),
    blocked: db
      .select()
      .from(blockedShoppers)
      .where(eq(blockedShoppers.shopperId, shopperId))
      .prepare(),
  };
}
