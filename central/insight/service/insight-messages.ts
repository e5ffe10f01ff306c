import type { Panel, PanelName } from '../../../shared/contracts/http-insight.ts';
import type { InsightSettings } from '../../env.ts';
import type { LakePass } from '../lake/lake.ts';
import type { Scope } from '../panels/panel.ts';

/** A panel, and whose sales it is to be of. */
export interface PanelQuestion {
  readonly panel: PanelName;
  readonly scope: Scope;
}

/** What central tells the process that fills the lake and answers from it. */
export type ToInsight =
  | { readonly type: 'start'; readonly settings: InsightSettings; readonly databaseUrl: string }
  | { readonly type: 'ask'; readonly id: number; readonly question: PanelQuestion }
  | { readonly type: 'stop' };

/** What the process tells central. */
export type FromInsight =
  | { readonly type: 'passed'; readonly pass: LakePass }
  /** A pass that failed; the next one tries again. Nothing of a person is in the text. */
  | { readonly type: 'failed'; readonly why: string }
  | { readonly type: 'answer'; readonly id: number; readonly panel: Panel }
  | { readonly type: 'no-answer'; readonly id: number; readonly why: string };
