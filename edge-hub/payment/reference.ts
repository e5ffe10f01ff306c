import { hash } from 'node:crypto';
import { type ReceiptFacts, receiptInput, referenceText } from '../../shared/contracts/receipt.ts';

/** The reference that goes on a receipt. */
export function receiptReference(facts: ReceiptFacts): string {
  return referenceText(facts, hash('sha256', receiptInput(facts), 'buffer'));
}
