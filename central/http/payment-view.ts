import { z } from '@hono/zod-openapi';
import { type CityPayment, cityPaymentStateSchema } from '../../shared/contracts/http-central.ts';
import { currencySchema, timestampSchema, uuidSchema } from '../../shared/contracts/primitives.ts';
import type { ListedPayment, PaymentCursor } from '../ledger/ledger-store.ts';

/** A payment as anyone may see it. A hub that has not announced itself stands for its own street. */
export function paymentView(payment: ListedPayment): CityPayment {
  return {
    paymentId: payment.paymentId,
    hubId: payment.hubId,
    streetId: payment.streetId ?? payment.hubId,
    shopId: payment.shopId,
    shopName: payment.shopName ?? payment.shopId,
    terminalId: payment.terminalId,
    amountMinor: payment.amountMinor.toString(),
    currency: currencySchema.parse(payment.currency),
    capturedAt: payment.capturedAt.toISOString(),
    bookedAt: payment.bookedAt.toISOString(),
    reference: payment.reference,
    state: cityPaymentStateSchema.parse(payment.state),
    refundedMinor: payment.refundedMinor,
  };
}

const cursorSchema = z.tuple([timestampSchema, uuidSchema]);

/** A place in the list as opaque text. */
export function cursorText(payment: PaymentCursor): string {
  const place = [payment.capturedAt.toISOString(), payment.paymentId];
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/** The place that `cursorText` wrote, or undefined for any other text. */
export function parseCursor(text: string): PaymentCursor | undefined {
  try {
    const json: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    const place = cursorSchema.safeParse(json);
    if (!place.success) return undefined;
    return { capturedAt: new Date(place.data[0]), paymentId: place.data[1] };
  } catch {
    return undefined;
  }
}
