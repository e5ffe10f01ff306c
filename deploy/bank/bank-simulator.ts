import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { XMLBuilder, XMLParser } from 'fast-xml-parser';
import { z } from 'zod';

const PAIN_001 = 'urn:iso:std:iso:20022:tech:xsd:pain.001.001.12';
const PAIN_002 = 'urn:iso:std:iso:20022:tech:xsd:pain.002.001.14';
const CAMT_053 = 'urn:iso:std:iso:20022:tech:xsd:camt.053.001.08';
/** The money that the simulated account has at first, in minor units. */
const OPENING_MINOR = 100_000_000_000n;

const accountSchema = z.object({ Id: z.object({ Othr: z.object({ Id: z.string() }) }) });
const fileSchema = z.object({
  Document: z.object({
    '@xmlns': z.literal(PAIN_001),
    CstmrCdtTrfInitn: z.object({
      GrpHdr: z.object({ MsgId: z.string() }),
      PmtInf: z.object({
        PmtInfId: z.string(),
        ReqdExctnDt: z.object({ Dt: z.string() }),
        DbtrAcct: accountSchema,
        CdtTrfTxInf: z.array(
          z.object({
            PmtId: z.object({ EndToEndId: z.string() }),
            Amt: z.object({ InstdAmt: z.object({ '@Ccy': z.string(), '#text': z.string() }) }),
            CdtrAcct: accountSchema,
          }),
        ),
      }),
    }),
  }),
});
type PaymentFile = z.infer<typeof fileSchema>['Document']['CstmrCdtTrfInitn'];
type Transfer = PaymentFile['PmtInf']['CdtTrfTxInf'][number];

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  parseTagValue: false,
  isArray: (name) => name === 'CdtTrfTxInf',
});
const builder = new XMLBuilder({ ignoreAttributes: false, attributeNamePrefix: '@', format: true });

/**
 * A bank for development and tests, behind the folders that central's bank port writes and reads: for each payment file it
 * answers with a status report (pain.002) and, for what it has paid, a statement (camt.053). It refuses accounts that it was
 * told are closed. A file is answered once; sent again, it is passed over by its id, as a bank does.
 */
export class BankSimulator {
  private readonly dir: string;
  private readonly closedAccounts: ReadonlySet<string>;
  private readonly now: () => number;
  private readonly answered = new Set<string>();
  private balanceMinor = OPENING_MINOR;

  /** @param options.closedAccounts numbers of accounts that take no money */
  constructor(options: {
    readonly dir: string;
    readonly closedAccounts?: readonly string[];
    readonly now?: () => number;
  }) {
    this.dir = options.dir;
    this.closedAccounts = new Set(options.closedAccounts);
    this.now = options.now ?? Date.now;
    for (const folder of ['out', 'in', 'seen'])
      mkdirSync(join(this.dir, folder), { recursive: true });
    for (const name of readdirSync(join(this.dir, 'seen'))) this.answered.add(name);
  }

  /** Answers every file that waits. @returns how many */
  answerAll(): number {
    const names = readdirSync(join(this.dir, 'out')).filter((name) => name.endsWith('.xml'));
    for (const name of names.toSorted()) {
      const path = join(this.dir, 'out', name);
      if (!this.answered.has(name)) this.answer(readFileSync(path, 'utf8'));
      this.answered.add(name);
      renameSync(path, join(this.dir, 'seen', name));
    }
    return names.length;
  }

  private answer(xml: string): void {
    const file = fileSchema.parse(parser.parse(xml)).Document.CstmrCdtTrfInitn;
    const paid = file.PmtInf.CdtTrfTxInf.filter((transfer) => !this.isClosed(transfer));
    this.write('1-pain-002', this.statusReport(file));
    if (paid.length > 0) this.write('2-camt-053', this.statement(file, paid));
  }

  private isClosed({ CdtrAcct }: Transfer): boolean {
    return this.closedAccounts.has(CdtrAcct.Id.Othr.Id);
  }

  private statusReport(file: PaymentFile): object {
    const lines = file.PmtInf.CdtTrfTxInf.map((transfer) => ({
      OrgnlEndToEndId: transfer.PmtId.EndToEndId,
      ...(this.isClosed(transfer)
        ? { TxSts: 'RJCT', StsRsnInf: { Rsn: { Cd: 'AC04' } } }
        : { TxSts: 'ACCP' }),
    }));
    const isWhole = lines.every(({ TxSts }) => TxSts === 'ACCP');
    return {
      '@xmlns': PAIN_002,
      CstmrPmtStsRpt: {
        GrpHdr: this.header(),
        OrgnlGrpInfAndSts: {
          OrgnlMsgId: file.GrpHdr.MsgId,
          OrgnlMsgNmId: 'pain.001.001.12',
          GrpSts: isWhole ? 'ACCP' : 'PART',
        },
        OrgnlPmtInfAndSts: { OrgnlPmtInfId: file.PmtInf.PmtInfId, TxInfAndSts: lines },
      },
    };
  }

  private statement(file: PaymentFile, paid: readonly Transfer[]): object {
    const day = { Dt: file.PmtInf.ReqdExctnDt.Dt };
    const currency = paid[0]?.Amt.InstdAmt['@Ccy'] ?? 'CNY';
    const balance = (code: 'OPBD' | 'CLBD') => ({
      Tp: { CdOrPrtry: { Cd: code } },
      Amt: { '@Ccy': currency, '#text': decimal(this.balanceMinor) },
      CdtDbtInd: 'CRDT',
      Dt: day,
    });
    const opening = balance('OPBD');
    for (const { Amt } of paid) this.balanceMinor -= minorOf(Amt.InstdAmt['#text']);
    return {
      '@xmlns': CAMT_053,
      BkToCstmrStmt: {
        GrpHdr: this.header(),
        Stmt: {
          Id: isoId(),
          CreDtTm: this.moment(),
          Acct: { ...file.PmtInf.DbtrAcct, Ccy: currency },
          Bal: [opening, balance('CLBD')],
          Ntry: paid.map(({ Amt, PmtId }) => ({
            Amt: Amt.InstdAmt,
            CdtDbtInd: 'DBIT',
            Sts: { Cd: 'BOOK' },
            BookgDt: day,
            ValDt: day,
            BkTxCd: { Domn: { Cd: 'PMNT', Fmly: { Cd: 'ICDT', SubFmlyCd: 'DMCT' } } },
            NtryDtls: {
              TxDtls: {
                Refs: { EndToEndId: PmtId.EndToEndId },
                Amt: Amt.InstdAmt,
                CdtDbtInd: 'DBIT',
              },
            },
          })),
        },
      },
    };
  }

  private header() {
    return { MsgId: isoId(), CreDtTm: this.moment() };
  }

  private moment(): string {
    return new Date(this.now()).toISOString();
  }

  /** Whole or not at all, as a bank's client does it. */
  private write(name: string, document: object): void {
    const path = join(this.dir, 'in', `${this.now()}-${name}-${isoId()}`);
    const xml = { '?xml': { '@version': '1.0', '@encoding': 'UTF-8' }, Document: document };
    writeFileSync(`${path}.part`, builder.build(xml));
    renameSync(`${path}.part`, `${path}.xml`);
  }
}

function isoId(): string {
  return randomUUID().replaceAll('-', '');
}

/** Amounts with two decimals, as the city's files have them. */
function minorOf(text: string): bigint {
  return BigInt(text.replace('.', ''));
}

function decimal(minor: bigint): string {
  const digits = minor.toString().padStart(3, '0');
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
