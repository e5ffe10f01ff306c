import { copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import type { DevelopmentPki } from '../../deploy/pki/development-pki.ts';
import { LedgerReader } from '../../edge-hub/verification/ledger-reader-store.ts';
import { verifyLedger } from '../../edge-hub/verification/verify-ledger.ts';
import { terminalReplySchema } from '../../shared/contracts/terminal-messages.ts';
import {
  createTestHub,
  NOTHING_SAID,
  newId,
  pictureOf,
  type TestHub,
} from '../support/test-hub.ts';
import { classifyLost, type Damage, isOfTheChain, noDamage } from './damage.ts';
import { BESIDE_DATA, LOAD_HUB, LOAD_TERMINALS, RAISED_LIMITS } from './hub-dir.ts';
import { MARKS_FILE, type Mark } from './mark.ts';

/** Of the kernel's memory, not of the disk: SQLite makes its index of the log anew. */
const isVolatile = (name: string): boolean => name === MARKS_FILE || name.endsWith('-shm');

export interface CheckedImage {
  readonly damage: Damage;
  /** For the eye: the first things that were found. */
  readonly findings: readonly string[];
}

/**
 * Opens a hub on the files that a power cut has left and holds it against what it had said before.
 *
 * @param options.recordedIn folder of the load, for what is kept beside the data
 * @param options.marks what the hub had said before the cut, in order
 */
export async function checkImage(options: {
  readonly recordedIn: string;
  readonly pki: DevelopmentPki;
  readonly image: ReadonlyMap<string, Buffer>;
  readonly marks: readonly Mark[];
  readonly dir: string;
}): Promise<CheckedImage> {
  const { recordedIn, pki, image, marks, dir } = options;
  const damage = noDamage();
  const findings: string[] = [];
  writeImage(image, { recordedIn, dir });
  let hub: TestHub;
  try {
    hub = await createTestHub({
      dir,
      hubId: LOAD_HUB,
      pki,
      env: RAISED_LIMITS,
      unguarded: true,
    });
  } catch (error) {
    damage.unopened = 1;
    damage.lost = classifyLost(marks.filter(isAcknowledged).map(() => false));
    return { damage, findings: [String(error)] };
  }
  try {
    const path = join(dir, LOAD_HUB, 'hub.db');
    checkFile(path, damage, findings);
    checkMarks(path, marks, { damage, findings });
    await checkPeople(hub, marks, damage);
    await checkUse(hub, marks, { damage, findings });
  } finally {
    await hub.context.snapshot.stop();
    await hub.close();
    rmSync(dir, { recursive: true, force: true });
  }
  return { damage, findings };
}

function writeImage(
  image: ReadonlyMap<string, Buffer>,
  { recordedIn, dir }: { readonly recordedIn: string; readonly dir: string },
): void {
  rmSync(dir, { recursive: true, force: true });
  for (const [name, bytes] of image) {
    if (isVolatile(name)) continue;
    const path = join(dir, LOAD_HUB, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes, { mode: 0o600 });
  }
  mkdirSync(dir, { recursive: true });
  for (const name of BESIDE_DATA) {
    if (existsSync(join(recordedIn, name))) copyFileSync(join(recordedIn, name), join(dir, name));
  }
}

const isAcknowledged = (mark: Mark) => mark.kind === 'acknowledged';

/** The database as a file, then the ledger in it, then what no payment may have come to. */
function checkFile(path: string, damage: Damage, findings: string[]): void {
  const client = new Database(path, { readonly: true });
  try {
    const integrity = client.pragma('integrity_check', { simple: true });
    if (integrity !== 'ok') {
      damage.unopened += 1;
      findings.push(`integrity: ${String(integrity)}`);
    }
    damage.duplicated += countOf(
      client,
      `SELECT count(*) FROM (SELECT 1 FROM payment_move WHERE kind = 'capture'
                             GROUP BY payment_id HAVING count(*) > 1)`,
    );
    damage.overdrawn += countOf(
      client,
      `SELECT count(*) FROM (SELECT 1 FROM payment_move GROUP BY payment_id HAVING
         sum(CASE WHEN kind IN ('refund', 'reverse') THEN amount_minor ELSE 0 END) >
         sum(CASE WHEN kind = 'capture' THEN amount_minor ELSE 0 END))`,
    );
  } finally {
    client.close();
  }
  const reader = LedgerReader.open(path);
  const { findings: wrong } = verifyLedger(reader);
  reader.close();
  for (const { code, table, key, detail } of wrong) {
    if (isOfTheChain(code)) damage.chainBreaks += 1;
    else damage.unbalanced += 1;
    findings.push(`${code}: ${table} ${key} ${detail}`);
  }
}

function countOf(client: Database.Database, sql: string): number {
  return Number(client.prepare(sql).pluck().get());
}

function checkMarks(
  path: string,
  marks: readonly Mark[],
  { damage, findings }: { readonly damage: Damage; readonly findings: string[] },
): void {
  const client = new Database(path, { readonly: true });
  try {
    const moveOf = client.prepare<[string], Record<string, unknown>>(
      'SELECT payment_id, kind, amount_minor, reference FROM payment_move WHERE move_id = ?',
    );
    const hashAt = client.prepare<[number], { hash: string }>(
      'SELECT hash FROM outbox WHERE seq = ?',
    );
    const isThere: boolean[] = [];
    for (const mark of marks) {
      if (mark.kind === 'acknowledged') {
        const row = moveOf.get(mark.requestId);
        const isKept =
          row?.['payment_id'] === mark.paymentId &&
          row['kind'] === mark.move &&
          String(row['amount_minor']) === mark.amountMinor &&
          row['reference'] === mark.reference;
        isThere.push(isKept);
        if (!isKept) findings.push(`acknowledged and lost: ${mark.requestId}`);
      } else if (mark.kind === 'told' && hashAt.get(mark.seq)?.hash !== mark.hash) {
        damage.chainBreaks += 1;
        findings.push(`central was told of event ${mark.seq}`);
      }
    }
    damage.lost = classifyLost(isThere);
  } finally {
    client.close();
  }
}

async function checkPeople(hub: TestHub, marks: readonly Mark[], damage: Damage): Promise<void> {
  const { shoppers, snapshot } = hub.context;
  const erased = new Set(marks.flatMap((mark) => (mark.kind === 'erased' ? [mark.shopperId] : [])));
  for (const mark of marks) {
    if (mark.kind === 'erased' && shoppers.isEnrolled(mark.shopperId)) damage.people += 1;
    // one whose erasure had begun may be there or not
    if (mark.kind !== 'enrolled' || erased.has(mark.shopperId)) continue;
    const isKnown = shoppers.isEnrolled(mark.shopperId) || shoppers.isErased(mark.shopperId);
    if (!isKnown) damage.people += 1;
  }
  damage.people += (await snapshot.load()).broken;
}

/** An open hub takes another payment, where somebody was enrolled and the terminal registered. */
async function checkUse(
  hub: TestHub,
  marks: readonly Mark[],
  { damage, findings }: { readonly damage: Damage; readonly findings: string[] },
): Promise<void> {
  if (!marks.some(isAcknowledged)) return;
  const [terminalId] = LOAD_TERMINALS;
  const name = `person-${newId()}`;
  const enrolled = await hub.context.enrolment.enrol({
    enrolmentId: newId(),
    photos: [pictureOf(name)],
    consent: { textVersion: '1', language: 'en', streets: ['street-test'] },
    ...NOTHING_SAID,
  });
  const probe = hub.probe(terminalId, { version: 3, picture: pictureOf(name), amountMinor: 100n });
  const reply = terminalReplySchema.parse(
    JSON.parse(await hub.context.handler.handle(terminalId, probe)),
  );
  if (enrolled.ok && reply.type === 'payment.result' && reply.data.outcome === 'paid') return;
  damage.unusable += 1;
  findings.push(`another payment: ${JSON.stringify(reply).slice(0, 200)}`);
}
