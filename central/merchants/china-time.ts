/** China has one time all year round, eight hours ahead of UTC; settlement and fees go by its days. */
const OFFSET_MS = 8 * 3_600_000;

/** The day in China, `2026-11-28`. @param ms since the Unix epoch */
export function dayOf(ms: number): string {
  return new Date(ms + OFFSET_MS).toISOString().slice(0, 10);
}

/** When a day in China begins. */
export function startOfDay(day: string): Date {
  return new Date(Date.parse(`${day}T00:00:00.000Z`) - OFFSET_MS);
}

/** The day so many days later, or earlier. */
export function addDays(day: string, count: number): string {
  return new Date(Date.parse(`${day}T00:00:00.000Z`) + count * 86_400_000)
    .toISOString()
    .slice(0, 10);
}
