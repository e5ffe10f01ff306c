import type { IdMaker } from '../../shared/domain/ids.ts';
import type { Clock } from '../../shared/kernel/clock.ts';
import type { Logger } from '../../shared/kernel/logger.ts';
import type { OpenDatabase } from '../db/database.ts';
import type { TemplateProtection } from '../enrolment/template-protection.ts';
import type { HubSettings } from '../env.ts';
import type { HubIdentity } from '../identity.ts';
import type { readFiles } from './files.ts';
import type { Vision } from './vision.ts';

export const DATABASE_FILE = 'hub.db';

/** What every part of a hub may be made of: settings, keys, the clock, the disk and the networks. */
export interface Base {
  readonly settings: HubSettings;
  readonly clock: Clock;
  readonly random: (bytes: number) => Buffer;
  readonly logger: Logger;
  readonly newId: IdMaker;
  readonly database: OpenDatabase;
  readonly vision: Vision;
  readonly formerVision: Vision | undefined;
  readonly protection: TemplateProtection;
  readonly identity: HubIdentity;
  readonly files: ReturnType<typeof readFiles>;
}
