import { createHmac } from 'node:crypto';
import { armInput, controlBound } from '../domain/campaign.ts';

/** What of a campaign says who is in its control group. */
export interface ArmOf {
  readonly campaignId: string;
  /** 32 bytes, base64. */
  readonly key: string;
  readonly controlPercent: number;
}

/** Whether a shopper is in a campaign's control group: they pay the full price and hear of nothing. */
export function isInControlGroup(
  { campaignId, key, controlPercent }: ArmOf,
  shopperId: string,
): boolean {
  const hash = createHmac('sha256', Buffer.from(key, 'base64'));
  const first = hash.update(armInput(campaignId, shopperId)).digest().readUInt32BE(0);
  return first < controlBound(controlPercent);
}
