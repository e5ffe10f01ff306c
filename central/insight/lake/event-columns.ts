/** Whole numbers of a booked event, in the order in which PostgreSQL tells them. */
const TOLD = [
  'seq',
  'paymentSeq',
  'atUs',
  'paidUs',
  'localUs',
  'amountMinor',
  'upper',
  'lower',
] as const;
/** The two halves of a shopper's id are one field. */
const FIRST_HALF = TOLD.indexOf('upper');

/** What is known of a booked event, all of it whole numbers. */
export const BOOKED_NUMBERS = [...TOLD, 'place'] as const;
/** What is known of its place. */
export const PLACE_TEXTS = ['kind', 'merchant', 'shop', 'terminal', 'currency'] as const;

/** A field's length, before it. */
const LENGTH_BYTES = 4;
const NUMBER_BYTES = 8;

/**
 * `seq`; `paymentSeq`, the event that the payment was captured with: its own, or the one that is corrected; in microseconds
 * since 2000 `atUs`, when it happened, `paidUs`, when the payment was made that it is about, and `localUs`, what the city's
 * clocks showed then, as if they were UTC; `amountMinor`; `upper` and `lower` half of the shopper's id, both 0 for whoever asked
 * to be erased; `place`, its place among `places`.
 */
export type BookedNumber = (typeof BOOKED_NUMBERS)[number];

/** Where, in what currency, and whether it is a capture: most events have it in common with many others. */
export type BookedPlace = Readonly<Record<(typeof PLACE_TEXTS)[number], string>> & {
  /** Of no other place of the hub's chain. */
  readonly place: number;
};

/** Booked events of one hub, column by column; in whichever order. */
export interface BookedEvents {
  readonly count: number;
  /** Longer than `count`. */
  readonly numbers: Readonly<Record<BookedNumber, BigInt64Array>>;
  readonly places: readonly BookedPlace[];
}

/** Rows of a binary COPY, turned into columns as they come. */
export class EventColumns {
  private readonly numbers: Readonly<Record<BookedNumber, BigInt64Array>>;
  private readonly inOrder: readonly BigInt64Array[];
  private readonly firstPlace: number;
  private readonly places: BookedPlace[] = [];
  /** Numbers of places, by the bytes of their fields. */
  private readonly known = new Map<string, number>();
  private added = 0;

  /**
   * @param parts.most rows that may come
   * @param parts.firstPlace where numbers of places begin: of no more places than rows, so that stretches of a chain share none
   */
  constructor({ most, firstPlace }: { readonly most: number; readonly firstPlace: number }) {
    const column = (): BigInt64Array => new BigInt64Array(most);
    this.numbers = {
      seq: column(),
      paymentSeq: column(),
      atUs: column(),
      paidUs: column(),
      localUs: column(),
      amountMinor: column(),
      upper: column(),
      lower: column(),
      place: column(),
    };
    this.inOrder = TOLD.map((name) => this.numbers[name]);
    this.firstPlace = firstPlace;
  }

  get count(): number {
    return this.added;
  }

  /** Adds a row. @param from where its first field begins, the field's length before it */
  add(bytes: DataView, from: number): void {
    const { inOrder, added } = this;
    let at = from + LENGTH_BYTES;
    for (let field = 0; field < inOrder.length; field += 1) {
      const column = inOrder[field];
      if (column) column[added] = bytes.getBigInt64(at);
      at += field === FIRST_HALF ? NUMBER_BYTES : NUMBER_BYTES + LENGTH_BYTES;
    }
    this.numbers.place[added] = BigInt(this.placeAt(bytes, at - LENGTH_BYTES));
    this.added += 1;
  }

  told(): BookedEvents {
    return { count: this.added, numbers: this.numbers, places: this.places };
  }

  /** @returns the number of the place whose fields begin there */
  private placeAt(bytes: DataView, from: number): number {
    let end = from;
    for (let field = 0; field < PLACE_TEXTS.length; field += 1)
      end += LENGTH_BYTES + bytes.getInt32(end);
    const fields = Buffer.from(bytes.buffer, bytes.byteOffset + from, end - from);
    const key = fields.toString('latin1');
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const place = this.firstPlace + this.places.length;
    this.known.set(key, place);
    this.places.push({ place, ...textsOf(fields) });
    return place;
  }
}

function textsOf(fields: Buffer): Record<(typeof PLACE_TEXTS)[number], string> {
  let at = 0;
  const next = (): string => {
    const begin = at + LENGTH_BYTES;
    at = begin + fields.readInt32BE(at);
    return fields.toString('utf8', begin, at);
  };
  return { kind: next(), merchant: next(), shop: next(), terminal: next(), currency: next() };
}
