import type { InsightSettings } from '../../env.ts';
import type { LakePass } from '../lake/lake.ts';

/** What central tells the process that fills the lake. */
export type ToInsight =
  | {
      readonly type: 'start';
      readonly settings: InsightSettings;
      readonly databaseUrl: string;
    }
  | { readonly type: 'stop' };

/** What the process tells central. */
export type FromInsight =
  | { readonly type: 'passed'; readonly pass: LakePass }
  /** A pass that failed; the next one tries again. Nothing of a person is in the text. */
  | { readonly type: 'failed'; readonly why: string };
