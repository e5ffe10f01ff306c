import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { DemoSummary } from '../../deploy/demo/summary.ts';
import { ROOT } from '../../deploy/stack/env.ts';

interface Run {
  readonly code: number | null;
  readonly lines: readonly string[];
  readonly told: string;
}

/** Runs what `npm start -- --once --json` runs, on ports of its own. */
function playDemo(args: readonly string[]): Promise<Run> {
  return new Promise((resolve, reject) => {
    const main = join('deploy', 'demo', 'main.ts');
    const child = spawn(process.execPath, [main, '--once', '--json', '--port-base', '0', ...args], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let out = '';
    let told = '';
    child.stdout.on('data', (text) => (out += String(text)));
    child.stderr.on('data', (text) => (told += String(text)));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, lines: out.trim().split('\n'), told }));
  });
}

/** Plays the street, and expects of the play what holds of it however often the shoppers pay. */
export async function playStreet(args: readonly string[] = []): Promise<DemoSummary> {
  const { code, lines, told } = await playDemo(args);
  expect(code, told).toBe(0);
  const summary = JSON.parse(lines.at(-1) ?? '') as DemoSummary;
  expect(summary).toMatchObject({
    enrolled: 20,
    wrongCharges: 0,
    strangersTried: 10,
    strangersApproved: 0,
    attacksTried: 10,
    attacksApproved: 0,
    outage: { seconds: 20, lost: 0, duplicated: 0 },
    booksBalanced: true,
    erasure: { hubs: 2, receipts: 2, paidAfter: false },
  });
  expect(summary.approved + summary.falseDeclines).toBe(summary.payments);
  expect(summary.outage.paymentsDuring).toBeGreaterThan(0);
  expect(summary.hubRows).toBe(summary.approved);
  expect(summary.centralRows).toBe(summary.hubRows);
  for (const ms of Object.values(summary.stagesMs)) expect(ms).toBeGreaterThan(0);
  expect(told).toContain('the link to central is CUT');
  return summary;
}
