import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ProgrammeLog,
  programmeLogSchema,
  programmeRulesSchema,
} from '../../shared/contracts/http-programmes.ts';
import { runCaptured } from '../../test/support/captured-command.ts';
import { auditHash } from '../access/audit-hash.ts';
import { programmeHash, rankCompanies } from '../programmes/ranking.ts';
import { runEvaluateProgramme } from './programme-command.ts';

const RUN = '01a224db-811d-75ca-80a6-ea09972d36c2';
const at = '2026-11-26T08:00:00.000Z';
const rules = programmeRulesSchema.parse({
  kind: 'subsidy',
  title: '旺季补贴',
  from: '2026-11-01',
  to: '2026-12-31',
  awardMinor: '50000',
  budgetMinor: '100000',
  mostCompanies: 10,
  eligibility: [{ measure: 'street_payments', atLeast: 2 }],
  weights: [{ measure: 'street_taken_minor', weight: 3 }],
});
const candidates = [5, 3, 4, 1].map((payments, i) => ({
  merchantId: `m-${i}`,
  appliedAt: at,
  measures: { street_payments: payments, street_taken_minor: payments * 10_000 },
}));
const act = { seq: 1, at, action: 'programme.run', actor: 'ana-2', role: 'analyst', subject: RUN };
const chained = { ...act, prevHash: '0'.repeat(64) };
const log: ProgrammeLog = programmeLogSchema.parse({
  version: 1,
  programmeId: RUN,
  runId: RUN,
  rules,
  inputHash: programmeHash(rules, candidates),
  candidates,
  ranked: rankCompanies(rules, candidates),
  awards: [{ merchantId: 'm-0', amountMinor: '50000', payout: 'owed' }],
  outcomes: [],
  acts: [{ ...chained, hash: auditHash(chained) }],
});

let dir = '';
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wuma-programme-'));
});
afterAll(() => rm(dir, { recursive: true }));

async function verified(told: object): Promise<unknown> {
  const path = join(dir, 'run.json');
  await writeFile(path, JSON.stringify(told));
  const { code, out } = await runCaptured(runEvaluateProgramme, ['--log', path, '--json']);
  return code === 2 ? code : [code, JSON.parse(out)];
}

describe('wuma evaluate programme', () => {
  const told = { runId: RUN, companies: 4, awarded: 2, acts: 1 };

  it('makes the list again from the log alone', async () => {
    expect(await verified(log)).toEqual([0, { ...told, reproduced: true, differs: [] }]);
  });

  it('names what was changed', async () => {
    const [first] = log.acts;
    const forged = {
      ...log,
      ranked: log.ranked.toReversed(),
      awards: [{ merchantId: 'm-3', amountMinor: '50000', payout: 'owed' }],
      acts: [{ ...first, actor: 'ana-3' }],
    };
    const differs = ['list', 'awards', 'act 1'];
    expect(await verified(forged)).toEqual([1, { ...told, reproduced: false, differs }]);
    const others = candidates.map((each) => ({ ...each, appliedAt: '2026-11-27T08:00:00.000Z' }));
    expect(await verified({ ...log, candidates: others })).toMatchObject([
      1,
      { differs: ['hash'] },
    ]);
    expect(await verified({ ...log, version: 2 })).toBe(2);
  });
});
