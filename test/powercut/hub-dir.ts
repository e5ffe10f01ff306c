import { join } from 'node:path';
import { createDevelopmentPki, type DevelopmentPki } from '../../deploy/pki/development-pki.ts';

export const LOAD_HUB = 'hub-test';
export const LOAD_TERMINALS = ['test-t1', 'test-t2'] as const;

/** What is kept beside the hub's data folder and is the operator's to keep: no power cut is played on it. */
export const BESIDE_DATA = ['template.keys'] as const;

/** Terminals of a test ask more often, and give more back, than those of a shop. */
export const RAISED_LIMITS = {
  HUB_RATE_PER_SECOND: '100000',
  HUB_RATE_BURST: '100000',
  HUB_REFUND_DAILY_LIMIT_MINOR: '999999999',
  HUB_QUEUE_CAPACITY: '1000',
};

/** Certificates of the hub and its terminals, made once for a folder. */
export function loadPki(dir: string): Promise<DevelopmentPki> {
  return createDevelopmentPki({
    dir: join(dir, 'pki'),
    hubs: [LOAD_HUB],
    terminals: LOAD_TERMINALS,
  });
}
