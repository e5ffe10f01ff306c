import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DemoSummary } from '../../deploy/demo/summary.ts';
import { ROOT } from '../../deploy/stack/env.ts';

/** Runs what `npm start -- --once --json` runs, on ports of its own. */
function playDemo(): Promise<{ code: number | null; lines: string[]; told: string }> {
  return new Promise((resolve, reject) => {
    const args = [join('deploy', 'demo', 'main.ts'), '--once', '--json', '--port-base', '0'];
    const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    let told = '';
    child.stdout.on('data', (text) => (out += String(text)));
    child.stderr.on('data', (text) => (told += String(text)));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, lines: out.trim().split('\n'), told }));
  });
}

describe('npm start -- --once --json', () => {
  it('plays the street from look to book, through an outage, and all holds', async () => {
    const { code, lines, told } = await playDemo();
    expect(code, told).toBe(0);
    const summary = JSON.parse(lines.at(-1) ?? '') as DemoSummary;
    expect(summary).toMatchObject({
      enrolled: 20,
      payments: 80,
      wrongCharges: 0,
      strangersTried: 10,
      strangersApproved: 0,
      attacksTried: 10,
      attacksApproved: 0,
      outage: { seconds: 20, lost: 0, duplicated: 0 },
      booksBalanced: true,
      erasure: { hubs: 2, receipts: 2, paidAfter: false },
    });
    expect(summary.approved + summary.falseDeclines).toBe(80);
    expect(summary.outage.paymentsDuring).toBeGreaterThan(5);
    expect(summary.hubRows).toBe(summary.approved);
    expect(summary.centralRows).toBe(summary.hubRows);
    for (const ms of Object.values(summary.stagesMs)) expect(ms).toBeGreaterThan(0);
    expect(told).toContain('the link to central is CUT');
  }, 300_000);
});
