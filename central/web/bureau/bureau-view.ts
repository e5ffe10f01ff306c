import type {
  BureauLine,
  BureauSeries,
  BureauWeek,
} from '../../../shared/contracts/http-bureau.ts';
import type { DataView } from '../charts/data-view.ts';
import type { Palette } from '../charts/palette.ts';

/** A card: what was found is its title. */
export interface BureauView extends DataView {
  /** Its messages are below this. */
  readonly name: string;
  readonly finding: string;
  readonly isWide?: boolean;
  readonly isTall?: boolean;
}

/** What a card is made of. */
export interface BureauShown {
  readonly series: BureauSeries;
  readonly week: BureauWeek;
  /** Empty for the whole city. */
  readonly street: string;
}

export interface BureauTools {
  readonly t: (key: string, values?: Record<string, unknown>) => string;
  readonly palette: Palette;
  readonly nameOf: (street: string) => string;
  readonly tradeOf: (trade: string) => string;
  readonly weekday: (weekday: number) => string;
  readonly money: (minor: string) => string;
  /** A week by its Monday. */
  readonly day: (day: string) => string;
  /** A holiday by its Chinese name. */
  readonly holidayOf: (name: string) => string;
}

/** The index of a line in the week that is shown; null where it may not be told or is not known. */
export function indexIn(
  { series, week }: BureauShown,
  line: BureauLine | undefined,
): number | null {
  const at = series.weeks.findIndex((each) => each.week === week.week);
  return line?.index[at] ?? null;
}

export function lineOf(
  { series }: BureauShown,
  kind: BureauLine['kind'],
  id: string,
): BureauLine | undefined {
  return series.lines.find((line) => line.kind === kind && line.id === id);
}

/** A number, or that it may not be told. */
export function told(value: number | string | null, { t }: BureauTools): number | string {
  return value ?? t('tooFew');
}

export function rounded(value: number | null): number | null {
  return value === null ? null : Math.round(value);
}
