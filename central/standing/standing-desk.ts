import { createHash } from 'node:crypto';
import type {
  AppealDecision,
  StandingAppeal,
  StandingConsent,
  StandingImport,
  StandingModel,
} from '../../shared/contracts/http-standing.ts';
import type { ModelCard } from '../../shared/contracts/model-card.ts';
import { assert, present } from '../../shared/kernel/assert.ts';
import type { Clock } from '../../shared/kernel/clock.ts';
import { err, ok, type Result } from '../../shared/kernel/result.ts';
import { recordAct } from '../access/audit-store.ts';
import { merchantScope, type Principal } from '../access/principal.ts';
import type { Company } from '../credit/scorecard.ts';
import { readScorecardFile, scorecardFileSchema } from '../credit/scorecard-file.ts';
import type { Executor, OpenDatabase } from '../db/database.ts';
import { refusedByModel, scoreByChallenger } from './challenger-score.ts';
import type { Challengers } from './challengers.ts';
import { type InputRowGiven, readInputsCsv } from './inputs-csv.ts';
import { contentOf } from './model-content.ts';
import {
  featuresOf,
  inputHash,
  type Scored,
  scoreCompany,
  sensitiveFeatures,
  wordlessFeatures,
} from './standing-score.ts';
import {
  consenting,
  deleteInputs,
  findAppealed,
  findModel,
  findScore,
  inputsOf,
  insertAppeal,
  insertConsent,
  insertDecision,
  insertModel,
  insertScore,
  lastConsent,
  type ModelRow,
  modelInForce,
  type ScoreRecord,
  takeStandingTurn,
  upsertInput,
} from './standing-store.ts';
import { streetBehaviour } from './street-behaviour-store.ts';

/**
 * - `invalid_model`: not a scorecard, or its parts do not go together
 * - `sensitive_feature`: it looks at what nobody may be judged by
 * - `proxy_feature`: by its own card one of its features stands for what nobody may be judged by
 * - `missing_words`: a feature could not be told to whoever is judged by it
 * - `invalid_file`: not a table of companies
 * - `no_consent`, `no_model`: there is nothing to score with
 * - `conflict`: that id is something else already, or it is decided
 */
export type StandingFailure =
  | 'invalid_model'
  | 'sensitive_feature'
  | 'proxy_feature'
  | 'missing_words'
  | 'invalid_file'
  | 'no_consent'
  | 'no_model'
  | 'not_found'
  | 'conflict';

type Outcome<T> = Promise<Result<T, StandingFailure>>;

export interface StandingParts {
  readonly database: OpenDatabase;
  readonly clock: Clock;
  readonly challengers: Challengers;
}

/** Where companies' financial standing is worked on: consent first, reasons always, a person above the score. */
export class StandingDesk {
  private readonly parts: StandingParts;

  constructor(parts: StandingParts) {
    this.parts = parts;
  }

  /** Takes a scorecard into force; the same again is the same. */
  importModel(model: StandingModel, by: Principal): Outcome<ModelRow> {
    const { modelId, changeable, words, file } = model;
    const parsed = scorecardFileSchema.safeParse(file);
    const read = parsed.success ? readScorecardFile(parsed.data) : undefined;
    if (!parsed.success || !read?.ok) return Promise.resolve(err('invalid_model'));
    if (sensitiveFeatures(featuresOf(read.value.scorecard)).length > 0) {
      return Promise.resolve(err('sensitive_feature'));
    }
    if (isRefusedByCard(parsed.data.card)) return Promise.resolve(err('proxy_feature'));
    if (wordlessFeatures(read.value.scorecard, words).length > 0) {
      return Promise.resolve(err('missing_words'));
    }
    const content = parsed.data;
    const sha256 = createHash('sha256')
      .update(JSON.stringify([content, changeable, words]))
      .digest('hex');
    return this.act(async (tx, at) => {
      const known = await findModel(tx, modelId);
      if (known) return known.sha256 === sha256 ? ok(known) : err('conflict');
      const version = ((await modelInForce(tx))?.version ?? 0) + 1;
      const imported = { importedBy: by.subject, importedAt: at };
      const row = { modelId, version, sha256, content, changeable, words, ...imported };
      await insertModel(tx, row);
      await recordAct(tx, { action: 'standing.model', by, subject: modelId, at });
      return ok(row);
    });
  }

  /** The company agrees to be scored, or no longer: then what was imported of it is deleted. */
  consent(merchantId: string, consent: StandingConsent, by: Principal): Outcome<boolean> {
    const { consentId, given, textVersion } = consent;
    return this.act(async (tx, at) => {
      const last = await lastConsent(tx, merchantId);
      if (last?.consentId === consentId) return last.given === given ? ok(given) : err('conflict');
      const version = (last?.version ?? 0) + 1;
      const said = { given, textVersion, bySubject: by.subject, at };
      await insertConsent(tx, { consentId, merchantId, version, ...said });
      if (!given) await deleteInputs(tx, merchantId);
      const action = given ? 'standing.consent' : 'standing.withdraw';
      await recordAct(tx, { action, by, subject: merchantId, at });
      return ok(given);
    });
  }

  /** Keeps what is known of companies that have consented. @returns those of whom nothing was kept, and why not */
  importInputs(
    given: StandingImport,
    by: Principal,
  ): Outcome<{ readonly recorded: number; readonly refused: string[] }> {
    const rows: readonly InputRowGiven[] | undefined =
      'csv' in given ? readInputsCsv(given.csv) : given.rows;
    if (!rows) return Promise.resolve(err('invalid_file'));
    const { source, asOf } = given;
    return this.act(async (tx, at) => {
      const ids = [...new Set(rows.map(({ merchantId }) => merchantId))];
      const willing = await consenting(tx, ids);
      const kept = rows.filter(({ merchantId }) => willing.has(merchantId));
      const imported = { source, asOf, importedBy: by.subject, importedAt: at };
      for (const row of kept) await upsertInput(tx, { ...row, ...imported });
      await recordAct(tx, { action: 'standing.import', by, subject: `${source} ${asOf}`, at });
      return ok({ recorded: kept.length, refused: ids.filter((id) => !willing.has(id)) });
    });
  }

  /** Scores a company that has consented, once by its id; too little known is an answer as well. */
  score(merchantId: string, scoreId: string, by: Principal): Outcome<ScoreRecord> {
    return this.act(async (tx, at) => {
      const known = await findScore(tx, scoreId);
      if (known) return known.score.merchantId === merchantId ? ok(known) : err('conflict');
      if (!(await lastConsent(tx, merchantId))?.given) return err('no_consent');
      const model = await modelInForce(tx);
      if (!model) return err('no_model');
      const company = await this.companyOf(tx, merchantId, at);
      const { score, refusal, shown } = await this.scored(tx, { model, company });
      const row = {
        scoreId,
        merchantId,
        modelId: model.modelId,
        inputHash: inputHash(model.sha256, company),
        score: score ?? null,
        refusal: refusal ?? null,
        shown,
        scoredBy: by.subject,
        scoredAt: at,
      };
      await insertScore(tx, row);
      if (score !== undefined) await this.parts.challengers.shadow(tx, { scoreId, company });
      await recordAct(tx, { action: 'standing.score', by, subject: scoreId, at });
      return ok(present(await findScore(tx, scoreId), 'the score'));
    });
  }

  /** The company does not agree with a score of its own, or with none; once a score. */
  appeal(merchantId: string, appeal: StandingAppeal, by: Principal): Outcome<ScoreRecord> {
    const { appealId, scoreId, words } = appeal;
    return this.act(async (tx, at) => {
      const record = await findScore(tx, scoreId);
      if (record?.score.merchantId !== merchantId) return err('not_found');
      if (record.appeal) return record.appeal.appealId === appealId ? ok(record) : err('conflict');
      const row = { appealId, scoreId, words, filedBy: by.subject, filedAt: at };
      await insertAppeal(tx, row);
      await recordAct(tx, { action: 'standing.appeal', by, subject: appealId, at });
      return ok({ ...record, appeal: row });
    });
  }

  /** A person decides an appeal; their grade stands above the score's. */
  decide(appealId: string, decided: AppealDecision, by: Principal): Outcome<ScoreRecord> {
    const { decision, grade = null, note } = decided;
    assert(merchantScope(by) === undefined, 'appeals are decided by people of the city');
    return this.act(async (tx, at) => {
      const record = await findAppealed(tx, appealId);
      if (!record) return err('not_found');
      if (record.decision) return err('conflict');
      const row = { appealId, decision, grade, note, decidedBy: by.subject, decidedAt: at };
      await insertDecision(tx, row);
      await recordAct(tx, { action: 'standing.decide', by, subject: appealId, at });
      return ok({ ...record, decision: row });
    });
  }

  /** Everything that may be looked at: what was imported, later days over earlier ones, and the street's own figures. */
  private async companyOf(tx: Executor, merchantId: string, at: Date): Promise<Company> {
    const inputs = await inputsOf(tx, merchantId);
    const street = await streetBehaviour(tx, merchantId, at);
    return new Map([...inputs.flatMap(({ fields }) => Object.entries(fields)), ...street]);
  }

  private async scored(
    tx: Executor,
    { model, company }: { readonly model: ModelRow; readonly company: Company },
  ): Promise<Scored> {
    const content = contentOf(model);
    if (content.kind === 'scorecard') {
      return scoreCompany({ ...content, changeable: model.changeable }, company);
    }
    const challenger = await this.parts.challengers.model(tx, content.challengerId);
    if (!challenger.ok) return refusedByModel(content.past, 0);
    return scoreByChallenger({ model: challenger.value, past: content.past }, company);
  }

  private act<T>(work: (tx: Executor, at: Date) => Outcome<T>): Outcome<T> {
    const at = new Date(this.parts.clock.now());
    return this.parts.database.transact(async (tx) => {
      await takeStandingTurn(tx);
      return work(tx, at);
    });
  }
}

function isRefusedByCard(card: ModelCard | undefined): boolean {
  return card?.fairness.some(({ verdict }) => verdict === 'refused') ?? false;
}
