import { readFile, stat } from 'node:fs/promises';
import { type ProgrammeLog, programmeLogSchema } from '../../shared/contracts/http-programmes.ts';
import {
  type CommandIo,
  required,
  runCommandLine,
  UsageError,
} from '../../shared/kernel/command-line.ts';
import { auditHash } from '../access/audit-hash.ts';
import { programmeHash, rankCompanies } from '../programmes/ranking.ts';

const HELP = `Makes the list of a programme's run again from its log, and says what differs.

  wuma evaluate programme --log FILE [--json]

  --log FILE  as downloaded from the programmes page, or GET /api/programme-runs/{runId}/log
  --json      one line of JSON on stdout: {"runId","companies","awarded","acts","reproduced","differs"};
              "differs" names what is not as the log says: "hash" of rules and companies, "list", "awards",
              or "act N", an entry of the audit log whose own hash does not fit

Exit code 0 where everything is as the log says, 1 where something differs, 2 for a file that is no log.
`;

const MAX_BYTES = 100_000_000;

/** `wuma evaluate programme`. @returns the exit code */
export function runEvaluateProgramme(argv: readonly string[], io?: CommandIo): Promise<number> {
  return runCommandLine(
    {
      help: HELP,
      options: { log: { type: 'string' }, json: { type: 'boolean', default: false } },
      run: async ({ log: path, json }, { writeOut }) => {
        const log = await readLog(required(path, 'log'));
        const differs = differencesIn(log);
        const answer = {
          runId: log.runId,
          companies: log.candidates.length,
          awarded: log.ranked.filter(({ awarded }) => awarded).length,
          acts: log.acts.length,
          reproduced: differs.length === 0,
          differs,
        };
        writeOut(json ? `${JSON.stringify(answer)}\n` : linesOf(answer));
        return answer.reproduced ? 0 : 1;
      },
    },
    argv,
    io,
  );
}

/** @throws UsageError where there is no log to read */
async function readLog(path: string): Promise<ProgrammeLog> {
  try {
    if ((await stat(path)).size > MAX_BYTES) throw new UsageError(`${path} is too large`);
    return programmeLogSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${path} is not the log of a run`, { cause: error });
  }
}

function differencesIn({ rules, candidates, inputHash, ranked, awards, acts }: ProgrammeLog) {
  const again = programmeLogSchema.shape.ranked.parse(rankCompanies(rules, candidates));
  const awarded = new Set(again.filter((each) => each.awarded).map(({ merchantId }) => merchantId));
  const paidAsSaid = awards.every(
    ({ merchantId, amountMinor }) => awarded.has(merchantId) && amountMinor === rules.awardMinor,
  );
  return [
    ...(programmeHash(rules, candidates) === inputHash ? [] : ['hash']),
    ...(JSON.stringify(again) === JSON.stringify(ranked) ? [] : ['list']),
    ...(paidAsSaid ? [] : ['awards']),
    ...acts.filter((act) => auditHash(act) !== act.hash).map(({ seq }) => `act ${seq}`),
  ];
}

function linesOf(answer: object): string {
  return Object.entries(answer)
    .map(([name, value]) => `${name.padEnd(12)}${String(value)}\n`)
    .join('');
}
