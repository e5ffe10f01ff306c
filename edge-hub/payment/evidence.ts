import type { LightEvidence } from '../../models/runtime/light-evidence.ts';
import type { StagesMs } from '../../shared/contracts/terminal-messages.ts';
import type { Way } from '../../shared/domain/way.ts';
import type { Sight } from '../decision/amount-tiers.ts';
import type { DecisionInput, Knowledge, Question } from '../decision/decision.ts';
import type { PaymentTerms } from '../ledger/ledger-store.ts';
import type { PersonCandidate } from '../recognition/gallery.ts';

interface EvidenceBase {
  readonly way: Way;
  readonly terms: PaymentTerms;
  readonly shopName: string;
  readonly captureLater: boolean;
  readonly sight: Sight;
  readonly canAsk: boolean;
  /** Of the light challenge, where there was one. */
  readonly light: LightEvidence | null;
  /** Whose answers were right or wrong. */
  readonly answers: ReadonlyMap<string, Partial<Record<Question, Knowledge>>>;
  readonly wrongAnswers: number;
  readonly stagesMs: StagesMs;
  readonly bestScore: number | null;
}

/** What a look has shown and its answers so far: ids and scores, neither pictures nor embeddings nor digits. */
export interface LookEvidence extends EvidenceBase {
  readonly way: 'face';
  readonly liveness: DecisionInput['liveness'];
  readonly candidates: readonly PersonCandidate[];
  readonly certified: boolean;
  /** As they stood at the look. */
  readonly thresholds: DecisionInput['thresholds'];
}

/** Somebody has said who they are, and proved it. */
export interface ClaimEvidence extends EvidenceBase {
  readonly way: Exclude<Way, 'face'>;
  /** Of the code, where it was one. */
  readonly codeId?: string;
  readonly light: null;
  readonly shopperId: string;
}

export type Evidence = LookEvidence | ClaimEvidence;
