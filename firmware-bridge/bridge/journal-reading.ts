import type { JournalledPayment } from '../../shared/domain/reconciliation.ts';
import { JournalCorruptError, journalEntrySchema } from './journal.ts';

/**
 * What a journal says of each payment that it still has, for reconciliation. A last line without its line feed is one that
 * is being written.
 *
 * @param text of the file
 * @throws JournalCorruptError when a whole line can't be read
 */
export function readJournal(text: string): JournalledPayment[] {
  const payments = new Map<string, JournalledPayment>();
  const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
  for (const [index, line] of lines.entries()) {
    if (line === '') continue;
    const entry = entryOf(line, index + 1);
    if (entry.kind === 'look') {
      const { paymentId, amountMinor, currency } = entry;
      payments.set(paymentId, { paymentId, amountMinor, currency, outcome: null });
    } else if (entry.kind === 'end') {
      const known = payments.get(entry.paymentId);
      if (known) payments.set(entry.paymentId, { ...known, outcome: entry.outcome });
    }
  }
  return [...payments.values()];
}

function entryOf(line: string, number: number) {
  try {
    return journalEntrySchema.parse(JSON.parse(line));
  } catch (cause) {
    throw new JournalCorruptError(`line ${number} of the journal can't be read`, { cause });
  }
}
