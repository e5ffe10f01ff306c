import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Principal } from '../../central/access/principal.ts';
import { calibratedScore } from '../../central/credit/challenger/comparison.ts';
import type { Scorecard } from '../../central/credit/scorecard.ts';
import { readScorecardFile, scorecardFileSchema } from '../../central/credit/scorecard-file.ts';
import { runEvaluateCredit } from '../../central/evaluation/credit-command.ts';
import { ReportSchedule } from '../../central/insight/report/report-schedule.ts';
import { bureauReportListSchema } from '../../shared/contracts/http-bureau.ts';
import { challengerListSchema } from '../../shared/contracts/http-challengers.ts';
import { problemSchema } from '../../shared/contracts/http-hub.ts';
import { merchantSchema } from '../../shared/contracts/http-merchants.ts';
import {
  appealListSchema,
  importedModelSchema,
  standingCompaniesSchema,
  standingImportedSchema,
  standingSchema,
  standingScoreSchema,
} from '../../shared/contracts/http-standing.ts';
import { present } from '../../shared/kernel/assert.ts';
import { SeededRandom } from '../../shared/kernel/seeded-random.ts';
import { runCaptured } from '../support/captured-command.ts';
import { newId } from '../support/chain-writer.ts';
import { TestPostgres } from '../support/postgres.ts';
import { scorecardOnnx } from '../support/scorecard-onnx.ts';
import { TestBooks } from '../support/test-books.ts';

const operator: Principal = { subject: 'operator', role: 'operator', merchants: [] };
const analyst: Principal = { subject: 'ana-1', role: 'analyst', merchants: [] };
const second: Principal = { subject: 'ana-2', role: 'analyst', merchants: [] };
const owner = (merchantId: string): Principal => ({
  subject: `${merchantId}-1`,
  role: 'owner',
  merchants: [merchantId],
});

let postgres: TestPostgres;
let books: TestBooks;
let file: object;

/** Companies whose risk falls with liquidity and rises with late taxes. */
function pastCsv(seed = 'standing'): string {
  const random = new SeededRandom(seed);
  const rows = Array.from({ length: 600 }, () => {
    const liquidity = random.between(0, 4);
    const late = random.below(6);
    const odds = 1.5 - 1.5 * liquidity + 0.6 * late;
    const bad = random.next() < 1 / (1 + Math.exp(-odds)) ? 1 : 0;
    return [liquidity.toFixed(2), late, random.between(0, 1).toFixed(2), bad].join(',');
  });
  return ['liquidity,late_taxes,power_use,bad', ...rows].join('\n');
}

beforeAll(async () => {
  postgres = await TestPostgres.start();
  const url = await postgres.createDatabase();
  books = await TestBooks.start({ url, hubs: ['hub-wuma'], at: '2026-11-26T08:00:00.000Z' });
  for (const merchantId of ['m-tea', 'm-silk']) {
    const account = { accountId: newId(), holder: merchantId, number: '6222021234567890123' };
    await books.answer(operator, '/api/merchants', {
      schema: merchantSchema,
      body: {
        merchantId,
        companyName: merchantId,
        licenceNumber: '91350100M000100Y43',
        account: { ...account, bankName: '中国银行', bankCode: '104333000016' },
      },
    });
  }
  const past = join(books.bankDir, '..', 'past.csv');
  const saved = join(books.bankDir, '..', 'scorecard.json');
  writeFileSync(past, pastCsv());
  const args = ['--train', past, '--target', 'bad', '--save', saved, '--model', 'woe', '--json'];
  const { code } = await runCaptured(runEvaluateCredit, args);
  expect(code).toBe(0);
  file = z.looseObject({}).parse(JSON.parse(readFileSync(saved, 'utf8')));
});
afterAll(async () => {
  await books.stop();
  await postgres.stop();
});

const detail = async (as: Principal, path: string, body: object): Promise<unknown> =>
  problemSchema.parse(await (await books.ask(as, path, body)).json()).detail;
const consent = (merchantId: string, given: boolean) =>
  books.answer(owner(merchantId), `/api/merchants/${merchantId}/standing/consent`, {
    schema: standingSchema,
    body: { consentId: newId(), given, textVersion: 'standing-1' },
  });
const imported = (body: object) =>
  books.answer(analyst, '/api/standing/inputs', { schema: standingImportedSchema, body });
const score = (merchantId: string, scoreId = newId()) =>
  books.answer(analyst, `/api/merchants/${merchantId}/standing/scores`, {
    schema: standingScoreSchema,
    body: { scoreId },
  });
const words = {
  liquidity: { 'zh-CN': '流动比率', en: 'Current ratio' },
  late_taxes: { 'zh-CN': '迟缴税款次数', en: 'Taxes paid late' },
  power_use: { 'zh-CN': '用电', en: 'Electricity' },
};
function readScorecard(saved: object): Scorecard | undefined {
  const read = readScorecardFile(scorecardFileSchema.parse(saved));
  return read.ok ? read.value.scorecard : undefined;
}
const tax = { source: 'tax', asOf: '2026-10-31' };

describe('a company’s standing', () => {
  it('is learnt outside, checked, and looks at nothing that nobody may be judged by', async () => {
    const model = { modelId: newId(), changeable: ['liquidity', 'late_taxes'], words, file };
    const path = '/api/standing/models';
    const answer = await books.answer(analyst, path, { schema: importedModelSchema, body: model });
    expect(answer.version).toBe(1);
    const again = await books.answer(analyst, path, { schema: importedModelSchema, body: model });
    expect(again).toEqual(answer);
    const renamed = z
      .looseObject({})
      .parse(
        JSON.parse(
          JSON.stringify(file)
            .replaceAll('power_use', 'owner_age')
            .replaceAll('liquidity', 'owner_age'),
        ),
      );
    const sensitive = { modelId: newId(), changeable: [], words, file: renamed };
    expect(await detail(analyst, path, sensitive)).toBe('sensitive_feature');
    const torn = {
      ...file,
      terms: [{ bins: [{ kind: 'number', name: 'x', cuts: [1] }], points: [1] }],
    };
    const broken = { modelId: newId(), changeable: [], words, file: torn };
    expect(await detail(analyst, path, broken)).toBe('invalid_model');
    const mute = { ...model, modelId: newId(), words: { liquidity: words.liquidity } };
    expect(await detail(analyst, path, mute)).toBe('missing_words');
  });

  it('is nobody’s business before the company has consented', async () => {
    const path = '/api/merchants/m-tea/standing/scores';
    expect(await detail(analyst, path, { scoreId: newId() })).toBe('no_consent');
    const rows = [{ merchantId: 'm-tea', fields: { liquidity: 2 } }];
    expect(await imported({ ...tax, rows })).toEqual({ recorded: 0, refused: ['m-tea'] });
    expect(await books.sql`select * from standing_inputs`).toEqual([]);
    const body = { consentId: newId(), given: true, textVersion: 'standing-1' };
    const asked = await books.ask(analyst, '/api/merchants/m-tea/standing/consent', body);
    expect(asked.status).toBe(403);
  });

  it('is refused where too little is known', async () => {
    expect((await consent('m-tea', true)).consented).toBe(true);
    expect(await score('m-tea')).toMatchObject({
      score: null,
      grade: null,
      refusal: 'too-little-known',
      reasons: [],
    });
  });

  it('is a score whose reasons add up, with what would lift it and how sure it is', async () => {
    const csv = 'merchantId,liquidity,late_taxes,power_use\nm-tea,1.1,3,0.5\nm-silk,3,0,0.5\n';
    expect(await imported({ ...tax, csv })).toEqual({ recorded: 1, refused: ['m-silk'] });
    const made = await score('m-tea');
    const sum = made.reasons.reduce((points, reason) => points + reason.points, made.basePoints);
    expect(made.score).toBe(sum);
    expect(made.reasons.length).toBeGreaterThan(1);
    for (const { code, parts } of made.reasons) {
      expect(code).toMatch(/^R\d\d$/);
      for (const { feature } of parts) expect(Object.keys(made.words)).toContain(feature);
    }
    expect(made.lift?.changes.length).toBeGreaterThan(0);
    expect(made.confidence.low).toBeLessThan(made.probabilityBad ?? 0);
    expect(made.confidence.high).toBeGreaterThan(made.probabilityBad ?? 1);
    const again = await score('m-tea');
    expect({ ...again, scoreId: '' }).toEqual({ ...made, scoreId: '' });
    expect(await score('m-tea', made.scoreId)).toEqual(made);
  });

  it('is appealed by the company and decided by a person, above the score', async () => {
    const path = '/api/merchants/m-tea/standing';
    const { scores } = await books.answer(owner('m-tea'), path, { schema: standingSchema });
    const scoreId = scores[0]?.scoreId;
    const appeal = { appealId: newId(), scoreId, words: '三月已补缴' };
    await books.answer(owner('m-tea'), `${path}/appeals`, {
      schema: standingScoreSchema,
      body: appeal,
    });
    const foreign = await books.ask(owner('m-silk'), '/api/merchants/m-silk/standing/appeals', {
      ...appeal,
      appealId: newId(),
    });
    expect(foreign.status).toBe(404);
    const open = await books.answer(analyst, '/api/standing/appeals', { schema: appealListSchema });
    expect(open.scores.map((each) => each.scoreId)).toEqual([scoreId]);
    const decide = `/api/standing/appeals/${appeal.appealId}/decide`;
    const decision = { decision: 'changed', grade: 'B', note: '完税证明已核' };
    const decided = await books.answer(analyst, decide, {
      schema: standingScoreSchema,
      body: decision,
    });
    expect(decided.appeal).toMatchObject({ decision: 'changed', grade: 'B' });
    expect(await detail(analyst, decide, decision)).toBe('conflict');
    const past = await books.answer(analyst, '/api/standing/appeals?state=decided', {
      schema: appealListSchema,
    });
    expect(past.scores).toEqual([decided]);
    const { companies } = await books.answer(analyst, '/api/standing/companies', {
      schema: standingCompaniesSchema,
    });
    expect(companies).toMatchObject([{ merchantId: 'm-tea', score: decided.score, grade: 'B' }]);
    await expect(books.sql`delete from standing_decisions`).rejects.toThrow('append-only');
    await expect(books.sql`update standing_scores set score = 900`).rejects.toThrow('append-only');
  });

  it('is challenged by a model of somebody else, which decides nothing before a person promotes it', async () => {
    const scorecard = present(readScorecard(file), 'the scorecard');
    const challengerId = newId();
    const path = '/api/standing/challengers';
    const list = (as: Principal, to: string, body?: object) =>
      books.answer(as, to, { schema: challengerListSchema, ...(body ? { body } : {}) });
    const onnx = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
    const good = { challengerId, title: 'logit', onnx: onnx(scorecardOnnx(scorecard)) };
    const raw = onnx(scorecardOnnx(scorecard, { rawScore: true }));
    expect(await detail(analyst, path, { ...good, onnx: raw })).toBe('out_of_range');
    const foreign = onnx(scorecardOnnx(scorecard, { inputName: () => 'owner_age' }));
    expect(await detail(analyst, path, { ...good, onnx: foreign })).toBe('unknown_input');
    await list(analyst, path, good);
    await list(analyst, path, good);

    const before = await score('m-tea');
    const shadowed = await list(analyst, path);
    expect(shadowed.champion).toMatchObject({ version: 1, kind: 'woe' });
    expect(shadowed.challengers).toMatchObject([
      { challengerId, inShadow: true, promotedAt: null, shadow: { companies: 1, failed: 0 } },
    ]);
    const [said] = await books.sql<{ score: number }[]>`select score from standing_shadow_scores`;
    const own = calibratedScore(scorecard.calibration, before.score ?? 0);
    expect(Math.abs((said?.score ?? 0) - own)).toBeLessThanOrEqual(1);

    const promotion = { modelId: newId(), note: '后期更准' };
    const promote = `${path}/${challengerId}/promote`;
    expect(await detail(second, promote, promotion)).toBe('not_compared');
    const later = { comparisonId: newId(), csv: pastCsv('later'), target: 'bad' };
    const compared = await list(analyst, `${path}/${challengerId}/comparisons`, later);
    const { champion, challenger, agreement } = present(
      compared.challengers[0]?.comparisons[0],
      'a comparison',
    );
    expect(challenger.auc).toBeCloseTo(champion.auc, 3);
    expect(challenger.brier).toBeCloseTo(champion.brier, 3);
    expect(champion.auc).toBeGreaterThan(0.7);
    expect(agreement.rankCorrelation).toBeGreaterThan(0.999);
    expect(await detail(analyst, promote, promotion)).toBe('own_work');
    expect((await score('m-tea')).modelId).toBe(before.modelId);

    await list(second, promote, promotion);
    await list(second, promote, promotion);
    const after = await score('m-tea');
    expect(after).toMatchObject({ modelId: promotion.modelId, score: said?.score, lift: null });
    const sum = after.reasons.reduce((points, reason) => points + reason.points, after.basePoints);
    expect(sum).toBe(after.score);
    expect((await list(analyst, path)).champion).toMatchObject({ version: 2, kind: 'onnx' });
  });

  it('ends with the consent: what was imported is gone', async () => {
    expect((await consent('m-tea', false)).consented).toBe(false);
    expect(await books.sql`select * from standing_inputs`).toEqual([]);
    const path = '/api/merchants/m-tea/standing/scores';
    expect(await detail(analyst, path, { scoreId: newId() })).toBe('no_consent');
  });
});

describe('reports of the bureau', () => {
  it('are made once of each released week, whoever makes them, and kept', async () => {
    const hidden = { payments: null, sumMinor: null };
    const body = { city: hidden, streets: [], trades: [], cells: [], slots: [], streetSlots: [] };
    for (const week of ['2026-11-09', '2026-11-16', '2026-11-23', '2026-11-30']) {
      const text = JSON.stringify({ ...body, flows: [] });
      await books.sql`insert into bureau_releases values (${week}, ${text}::text::jsonb, now())`;
    }
    const { database, clock, events } = books;
    const schedule = () => new ReportSchedule({ database, clock, events });
    await Promise.all([schedule().look(), schedule().look()]);
    const path = '/api/bureau/reports';
    const schema = bureauReportListSchema;
    const { reports } = await books.answer(analyst, path, { schema });
    expect(reports.map(({ kind, period }) => `${kind} ${period}`)).toEqual([
      'week 2026-11-30',
      'week 2026-11-23',
      'week 2026-11-16',
      'week 2026-11-09',
      'month 2026-11',
    ]);
    // a central that starts again finds them there
    books.clock.set('2026-12-09T08:00:00.000Z');
    await schedule().look();
    expect(await books.answer(analyst, path, { schema })).toEqual({ reports });
    const pdf = await books.ask(analyst, `${path}/month/2026-11`);
    expect(pdf.headers.get('content-type')).toBe('application/pdf');
    const bytes = Buffer.from(await pdf.arrayBuffer());
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(reports[4]?.sha256);
    expect((await books.ask(analyst, `${path}/month/2026-12`)).status).toBe(404);
    expect((await books.ask(analyst, `${path}/week/2026-11`)).status).toBe(404);
    await expect(books.sql`delete from bureau_reports`).rejects.toThrow('append-only');
  });
});
