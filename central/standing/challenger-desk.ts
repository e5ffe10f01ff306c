import { createHash } from 'node:crypto';
import type {
  Challenger,
  ChallengerImport,
  ChallengerList,
  ChallengerPromotion,
  ChallengerTest,
} from '../../shared/contracts/http-challengers.ts';
import { assert } from '../../shared/kernel/assert.ts';
import type { Clock } from '../../shared/kernel/clock.ts';
import { err, ok, type Result } from '../../shared/kernel/result.ts';
import { SeededRandom } from '../../shared/kernel/seeded-random.ts';
import { recordAct } from '../access/audit-store.ts';
import type { Principal } from '../access/principal.ts';
import { ChallengerModel, type RunFailure } from '../credit/challenger/challenger-model.ts';
import { agreementOf } from '../credit/challenger/comparison.ts';
import {
  type ChallengerShape,
  checkOnnx,
  type OnnxRefusal,
} from '../credit/challenger/onnx-check.ts';
import { probeCompanies } from '../credit/challenger/probes.ts';
import type { Feature } from '../credit/feature-table.ts';
import type { Executor, OpenDatabase } from '../db/database.ts';
import { type Champion, gradePlace, judgeChallenger } from './challenger-comparison.ts';
import { MOST_DECIDING_INPUTS } from './challenger-score.ts';
import {
  type ChallengerRecord,
  type ChallengerRow,
  challengersInShadow,
  comparisonsOf,
  findChallenger,
  findComparison,
  findPromotion,
  insertChallenger,
  insertComparison,
  insertPromotion,
  listChallengers,
  shadowPairs,
} from './challenger-store.ts';
import { type Challengers, MOST_IN_SHADOW } from './challengers.ts';
import { contentOf, type ModelContent, type PromotedContent } from './model-content.ts';
import { featuresOf, sensitiveFeatures } from './standing-score.ts';
import {
  findModel,
  insertModel,
  type ModelRow,
  modelInForce,
  takeStandingTurn,
} from './standing-store.ts';
import { STREET_FEATURES } from './street-behaviour-store.ts';
import { readTestTable } from './test-table.ts';

/**
 * Besides what is wrong with the file:
 * - `no_model`: there is nothing to challenge
 * - `invalid_file`, `too_few`: not companies with a target of 0 and 1, or fewer than a score could be learnt from
 * - `own_work`: whoever imported it does not promote it; `not_compared`: nobody has compared it with the model in force
 * - `too_many_inputs`: its reasons could not be worked out
 */
export type ChallengerFailure =
  | OnnxRefusal
  | RunFailure
  | 'sensitive_feature'
  | 'no_model'
  | 'invalid_file'
  | 'too_few'
  | 'own_work'
  | 'not_compared'
  | 'too_many_inputs'
  | 'not_found'
  | 'conflict';

type Outcome<T> = Promise<Result<T, ChallengerFailure>>;

const PROBES = 200;
const MOST_LISTED = 20;
const MOST_COMPARISONS = 10;
/** Of the newest; what agreement is told of. */
const MOST_PAIRS = 5_000;

export interface ChallengerParts {
  readonly database: OpenDatabase;
  readonly clock: Clock;
  readonly challengers: Challengers;
}

/** Where models of others are tried beside the score in force. None decides anything until a person promotes it. */
export class ChallengerDesk {
  private readonly parts: ChallengerParts;

  constructor(parts: ChallengerParts) {
    this.parts = parts;
  }

  /** Takes a model file into the shadow, if it looks at nothing else than the score in force and answers as it should. */
  async importChallenger(given: ChallengerImport, by: Principal): Outcome<string> {
    const onnx = new Uint8Array(Buffer.from(given.onnx, 'base64'));
    const { challengerId, title } = given;
    const { db } = this.parts.database;
    const champion = await modelInForce(db);
    if (!champion) return err('no_model');
    const checked = await this.tried(onnx, await this.championOf(db, champion));
    if (!checked.ok) return checked;
    const sha256 = createHash('sha256').update(onnx).digest('hex');
    return this.act(async (tx, at) => {
      const known = await findChallenger(tx, challengerId);
      if (known)
        return known.sha256 === sha256 && known.title === title
          ? ok(challengerId)
          : err('conflict');
      const imported = { importedBy: by.subject, importedAt: at };
      await insertChallenger(tx, {
        challengerId,
        title,
        onnx,
        sha256,
        shape: checked.value,
        ...imported,
      });
      await recordAct(tx, { action: 'challenger.import', by, subject: challengerId, at });
      return ok(challengerId);
    });
  }

  /** Compares a challenger with the model in force on companies of a later time, and keeps what came out. */
  async compare(challengerId: string, test: ChallengerTest, by: Principal): Outcome<string> {
    const { comparisonId } = test;
    const { db } = this.parts.database;
    const champion = await modelInForce(db);
    if (!champion) return err('no_model');
    if (!(await findChallenger(db, challengerId))) return err('not_found');
    const against = await this.championOf(db, champion);
    const table = readTestTable(test, kindsOf(against));
    if (!table.ok) return table;
    const challenger = await this.parts.challengers.model(db, challengerId);
    if (!challenger.ok) return challenger;
    const judged = await judgeChallenger(against, challenger.value, table.value);
    if (!judged.ok) return judged;
    const { comparison, past } = judged.value;
    return this.act(async (tx, at) => {
      const known = await findComparison(tx, comparisonId);
      if (known) return known.challengerId === challengerId ? ok(comparisonId) : err('conflict');
      await insertComparison(tx, {
        comparisonId,
        challengerId,
        modelId: champion.modelId,
        result: comparison,
        past: { scores: [...past.scores], bad: [...past.bad] },
        comparedBy: by.subject,
        comparedAt: at,
      });
      await recordAct(tx, { action: 'challenger.compare', by, subject: comparisonId, at });
      return ok(comparisonId);
    });
  }

  /** Another person takes a challenger into force: from then on it decides. */
  promote(challengerId: string, promotion: ChallengerPromotion, by: Principal): Outcome<ModelRow> {
    const { modelId, note } = promotion;
    return this.act(async (tx, at) => {
      const challenger = await findChallenger(tx, challengerId);
      const champion = await modelInForce(tx);
      if (!challenger || !champion) return err('not_found');
      const before = await findPromotion(tx, challengerId);
      const known = await findModel(tx, modelId);
      if (before || known)
        return before?.modelId === modelId && known ? ok(known) : err('conflict');
      if (challenger.importedBy === by.subject) return err('own_work');
      if (challenger.shape.inputs.length > MOST_DECIDING_INPUTS) return err('too_many_inputs');
      const compared = await comparisonsOf(tx, challengerId, MOST_COMPARISONS);
      const last = compared.find((each) => each.modelId === champion.modelId);
      if (!last) return err('not_compared');
      const row = promotedModel({ challenger, champion, past: last.past, modelId, by, at });
      await insertModel(tx, row);
      const promoted = { note, promotedBy: by.subject, promotedAt: at };
      await insertPromotion(tx, { challengerId, modelId, ...promoted });
      await recordAct(tx, { action: 'challenger.promote', by, subject: challengerId, at });
      return ok(row);
    });
  }

  /** The model in force and its challengers, for one person. */
  list(by: Principal): Promise<ChallengerList> {
    return this.parts.database.snapshot(async (db) => {
      const champion = await modelInForce(db);
      const records = await listChallengers(db, MOST_LISTED);
      const shadows = await challengersInShadow(db, MOST_IN_SHADOW);
      const inShadow = new Set(shadows.map(({ challengerId }) => challengerId));
      const challengers: Challenger[] = [];
      for (const record of records) {
        challengers.push(await this.view(db, { record, champion, inShadow, by }));
      }
      return { champion: champion ? await this.championView(db, champion) : null, challengers };
    });
  }

  /** A file that may be asked: it loads, and answers with probabilities for companies that nobody has seen. */
  private async tried(
    onnx: Uint8Array,
    champion: Champion,
  ): Promise<Result<ChallengerShape, ChallengerFailure>> {
    const features = new Set([...featuresIn(champion), ...STREET_FEATURES]);
    const checked = checkOnnx(onnx, features);
    if (!checked.ok) return checked;
    const names = checked.value.inputs.map(({ feature }) => feature);
    if (sensitiveFeatures(names).length > 0) return err('sensitive_feature');
    const opened = await ChallengerModel.open(onnx, checked.value);
    if (!opened.ok) return opened;
    const probes =
      champion.kind === 'scorecard'
        ? probeCompanies(champion.scorecard, {
            random: new SeededRandom('wuma-challenger-probes'),
            count: PROBES,
          })
        : [new Map<string, number>()];
    const answers = await opened.value.probabilities(probes);
    await opened.value.close();
    return answers.ok ? ok(checked.value) : answers;
  }

  private championOf(db: Executor, champion: ModelRow): Promise<Champion> {
    return this.championIn(db, contentOf(champion));
  }

  private async championIn(db: Executor, content: ModelContent): Promise<Champion> {
    if (content.kind === 'scorecard') return content;
    const model = await this.parts.challengers.model(db, content.challengerId);
    assert(model.ok, 'what was promoted runs');
    return { kind: 'onnx', model: model.value };
  }

  private async championView(
    db: Executor,
    row: ModelRow,
  ): Promise<NonNullable<ChallengerList['champion']>> {
    const content = contentOf(row);
    const champion = await this.championIn(db, content);
    return {
      modelId: row.modelId,
      version: row.version,
      kind: champion.kind === 'scorecard' ? champion.scorecard.kind : 'onnx',
      sha256: row.sha256,
      features: featuresIn(champion),
      words: row.words,
      importedAt: row.importedAt.toISOString(),
      card: content.kind === 'scorecard' ? content.card : null,
    };
  }

  private async view(
    db: Executor,
    of: {
      readonly record: ChallengerRecord;
      readonly champion: ModelRow | undefined;
      readonly inShadow: ReadonlySet<string>;
      readonly by: Principal;
    },
  ): Promise<Challenger> {
    const { challenger, promotion } = of.record;
    const { challengerId, title, sha256, shape, importedAt, importedBy } = challenger;
    const comparisons = await comparisonsOf(db, challengerId, MOST_COMPARISONS);
    return {
      challengerId,
      title,
      sha256,
      inputs: shape.inputs.map(({ feature }) => feature),
      importedAt: importedAt.toISOString(),
      ownWork: importedBy === of.by.subject,
      inShadow: of.inShadow.has(challengerId),
      promotedAt: promotion?.promotedAt.toISOString() ?? null,
      note: promotion?.note ?? null,
      shadow: of.champion ? await shadowOf(db, challengerId, of.champion.modelId) : null,
      comparisons: comparisons.map(({ comparisonId, result, comparedAt }) => {
        return { ...result, comparisonId, comparedAt: comparedAt.toISOString() };
      }),
    };
  }

  private act<T>(work: (tx: Executor, at: Date) => Outcome<T>): Outcome<T> {
    const at = new Date(this.parts.clock.now());
    return this.parts.database.transact(async (tx) => {
      await takeStandingTurn(tx);
      return work(tx, at);
    });
  }
}

async function shadowOf(
  db: Executor,
  challengerId: string,
  modelId: string,
): Promise<Challenger['shadow']> {
  const pairs = await shadowPairs(db, { challengerId, modelId, limit: MOST_PAIRS });
  if (pairs.length === 0) return null;
  const both = pairs.flatMap(({ champion, challenger }) =>
    champion === null || challenger === null ? [] : [[champion, challenger] as const],
  );
  const agreement = agreementOf(
    both.map(([champion]) => champion),
    both.map(([, challenger]) => challenger),
    gradePlace,
  );
  return { ...agreement, failed: pairs.length - both.length };
}

function featuresIn(champion: Champion): string[] {
  if (champion.kind === 'scorecard') return featuresOf(champion.scorecard);
  return champion.model.shape.inputs.map(({ feature }) => feature).toSorted();
}

function kindsOf(champion: Champion): ReadonlyMap<string, Feature['kind']> {
  if (champion.kind === 'onnx') {
    return new Map(
      champion.model.shape.inputs.map(
        ({ feature, kind }) => [feature, kind === 'number' ? 'number' : 'category'] as const,
      ),
    );
  }
  return new Map(
    champion.scorecard.terms.flatMap(({ bins }) =>
      bins.map(({ name, kind }) => [name, kind] as const),
    ),
  );
}

function promotedModel(of: {
  readonly challenger: ChallengerRow;
  readonly champion: ModelRow;
  readonly past: PromotedContent['past'] | { scores: readonly number[]; bad: readonly number[] };
  readonly modelId: string;
  readonly by: Principal;
  readonly at: Date;
}): ModelRow {
  const { challenger, champion, modelId, by, at } = of;
  assert(of.past.scores.length === of.past.bad.length, 'every company is a score and what came');
  const past = {
    scores: [...of.past.scores],
    bad: of.past.bad.map((label) => (label === 1 ? 1 : 0)),
  };
  const content: PromotedContent = {
    version: 1,
    kind: 'onnx',
    challengerId: challenger.challengerId,
    past,
  };
  const { words, changeable } = champion;
  const promoted = { importedBy: by.subject, importedAt: at };
  return {
    modelId,
    version: champion.version + 1,
    sha256: challenger.sha256,
    content,
    changeable,
    words,
    ...promoted,
  };
}
