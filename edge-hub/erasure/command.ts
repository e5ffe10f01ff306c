import { readFileSync } from 'node:fs';
import { problemSchema } from '../../shared/contracts/http-hub.ts';
import {
  type CommandLine,
  required,
  UsageError,
  wholeNumber,
} from '../../shared/kernel/command-line.ts';
import { type ErasureProof, proveErasure } from './prove-erasure.ts';
import { NotAHubError } from './stored-template-store.ts';

const HELP = `usage: wuma erase --prove --hub URL --token-file FILE --shopper UUID --data DIR [--pid N] [--json]

Erases a person at a running hub and proves it: looks for 16-byte windows of every form of their templates and keys in all files
of the hub (database, write-ahead log, snapshot) and in its memory, before the erasure and after it. What is looked for is
derived from the hub's own files before, and is never written. Run it on the hub's machine, as the hub's user or root.

  --hub URL          the hub, for instance http://localhost:7410
  --token-file FILE  the hub's admin.token
  --shopper UUID     the id that enrolment gave
  --data DIR         the hub's HUB_DATA_DIR
  --pid N            the hub's process, whose memory is searched too (Linux); without it files alone
  --json             one line: {"shopperId","files":{"before","after"},"memory","proven"}; each names what was found, in windows

Exit code 0: proven. 1: something is left, was not found before either, or the hub refused. 2: wrong usage.
`;
const LIMIT_MS = 60_000;
const PIDS = { least: 1, most: 2 ** 22 } as const;
const OPTIONS = {
  prove: { type: 'boolean', default: true },
  hub: { type: 'string' },
  'token-file': { type: 'string' },
  shopper: { type: 'string' },
  data: { type: 'string' },
  pid: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;

/** `wuma erase --prove`. */
export const proveErasureCommand: CommandLine<typeof OPTIONS> = {
  help: HELP,
  options: OPTIONS,
  isUsage: (error) => error instanceof NotAHubError,
  run: async (given, io) => {
    const shopperId = required(given.shopper, 'shopper');
    const url = required(given.hub, 'hub');
    const token = readFileSync(required(given['token-file'], 'token-file'), 'utf8').trim();
    const proof = await proveErasure({
      dataDir: required(given.data, 'data'),
      shopperId,
      pid: given.pid === undefined ? undefined : wholeNumber('pid', given.pid, PIDS),
      erase: () => eraseAt(url, token, shopperId),
      onProgress: (what) => io.writeError(`${what}\n`),
    });
    if (!proof) throw new UsageError('the hub has no template of this person');
    io.writeOut(given.json ? `${JSON.stringify(proof)}\n` : textOf(proof));
    return proof.proven ? 0 : 1;
  },
};

async function eraseAt(url: string, token: string, shopperId: string): Promise<void> {
  const path = `${url.replace(/\/$/, '')}/api/shoppers/${encodeURIComponent(shopperId)}`;
  const response = await fetch(path, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(LIMIT_MS),
  });
  if (response.ok) return;
  const problem = problemSchema.safeParse(await response.json().catch(() => null));
  throw new Error(`the hub refused: ${problem.data?.code ?? response.status}`);
}

function textOf({ shopperId, files, memory, proven }: ErasureProof): string {
  return [
    `${shopperId}: ${proven ? 'erased, proven' : 'NOT PROVEN'}${memory ? '' : ', files alone'}\n`,
    line('files before', files.before),
    line('files after', files.after),
    ...(memory ? [line('memory before', memory.before), line('memory after', memory.after)] : []),
  ].join('');
}

function line(place: string, found: Readonly<Record<string, number>>): string {
  const parts = Object.entries(found).map(([name, windows]) => `${name} (${windows})`);
  return `  ${place.padEnd(16)}${parts.length === 0 ? 'nothing' : parts.join(', ')}\n`;
}
