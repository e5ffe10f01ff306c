/**
 * The lives of a hub, as central has them. A hub that was restored from a backup goes on from an event that is not the last
 * which central has: central keeps all, and from there on counts the hub's sequences with an offset. Pure.
 *
 * Two sequences: the hub's own, which is in its events and receipts and may be used by two lives, and the *place* in central's
 * inbox, which is used once.
 */
export interface Epoch {
  /** 1 for the life that began with the hub. */
  readonly epoch: number;
  /** Place of its first event; the life before ends there. */
  readonly fromSeq: number;
  /** Place of the event that it continues from; 0 where it begins anew. */
  readonly afterSeq: number;
  /** Place less the hub's own sequence. */
  readonly carried: number;
}

const FIRST_EPOCH: Epoch = { epoch: 1, fromSeq: 1, afterSeq: 0, carried: 0 };

/** A hub's lives, in their order. */
export class Epochs {
  /** Those after the first. */
  readonly later: readonly Epoch[];
  private readonly all: readonly Epoch[];

  /** @param later those after the first, in their order */
  constructor(later: readonly Epoch[]) {
    this.later = later;
    this.all = [FIRST_EPOCH, ...later];
  }

  /** The life that an event was told in. */
  of(place: number): Epoch {
    return this.all.findLast(({ fromSeq }) => fromSeq <= place) ?? FIRST_EPOCH;
  }

  /** The hub's own sequence of the event at a place. */
  hubSeqOf(place: number): number {
    return place - this.of(place).carried;
  }

  /** Where events with this sequence of the hub's own may be: one for each life that has come so far. */
  placesOf(hubSeq: number): number[] {
    return this.all.flatMap((each, index) => {
      const place = hubSeq + each.carried;
      const end = this.all[index + 1]?.fromSeq ?? Infinity;
      return place >= each.fromSeq && place < end ? [place] : [];
    });
  }

  /** Places of the last events of lives that are over. */
  ends(): number[] {
    return this.later.map(({ fromSeq }) => fromSeq - 1);
  }

  /** Whether the hub's present ledger has the event; otherwise central alone has it. */
  isInForce(place: number): boolean {
    let end = Infinity;
    for (const { fromSeq, afterSeq } of this.all.toReversed()) {
      if (fromSeq > end) continue;
      if (place >= fromSeq) return place <= end;
      end = afterSeq;
    }
    return false;
  }
}
