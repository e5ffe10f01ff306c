import { sql } from 'drizzle-orm';
import type { BureauReport, ReportPeriod } from '../../../shared/contracts/http-bureau.ts';
import type { Executor } from '../../db/database.ts';

/** Reports that were made, the newest period first, without their files. */
export async function listReports(db: Executor, limit: number): Promise<BureauReport[]> {
  const rows = await db.execute<{
    kind: BureauReport['kind'];
    period: string;
    bytes: number;
    sha256: string;
    made: string;
  }>(sql`
    select kind, period, octet_length(pdf) as bytes, sha256, made_at as made
    from bureau_reports order by period desc, kind limit ${limit}`);
  return rows.map(({ kind, period, bytes, sha256, made }) => {
    return { kind, period, bytes, sha256, madeAt: new Date(made).toISOString() };
  });
}

/** Keeps a report, unless there is one of its period: whichever was first stays. @returns whether it was this one */
export async function insertReport(
  db: Executor,
  report: ReportPeriod & { readonly pdf: Buffer; readonly sha256: string; readonly at: Date },
): Promise<boolean> {
  const { kind, period, pdf, sha256, at } = report;
  const rows = await db.execute<{ period: string }>(sql`
    insert into bureau_reports (kind, period, pdf, sha256, made_at)
    values (${kind}, ${period}, decode(${pdf.toString('base64')}, 'base64'), ${sha256}, ${at.toISOString()})
    on conflict do nothing returning period`);
  return rows.length > 0;
}

/** A report's file. */
export async function findReport(
  db: Executor,
  { kind, period }: ReportPeriod,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const rows = await db.execute<{ pdf: Uint8Array }>(sql`
    select pdf from bureau_reports where kind = ${kind} and period = ${period}`);
  const [row] = rows;
  return row && new Uint8Array(row.pdf);
}
