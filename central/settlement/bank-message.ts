import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { z } from 'zod';
import { CURRENCIES, type Currency, parseAmount } from '../../shared/domain/money.ts';
import { err, ok, type Result } from '../../shared/kernel/result.ts';

/** What a bank says of one payout in a status report. */
interface StatusLine {
  readonly endToEndId: string;
  /** ISO 20022 external status: `RJCT`, `ACCP`, `ACSC`, … */
  readonly status: string;
  readonly reasonCode: string;
}

/** pain.002: what became of a file that was sent. */
export interface StatusReport {
  readonly kind: 'pain.002';
  readonly messageId: string;
  readonly originalMessageId: string;
  /** Of the whole file; undefined where only its lines are told. */
  readonly groupStatus: string | undefined;
  readonly reasonCode: string;
  readonly lines: readonly StatusLine[];
}

/** One movement on the city's account. */
interface StatementLine {
  readonly endToEndId: string;
  readonly amountMinor: bigint;
  readonly currency: Currency;
  readonly direction: 'debit' | 'credit';
  /** Set where money came back. */
  readonly returnCode: string | undefined;
}

/** camt.053: what was booked on the city's account. */
export interface BankStatement {
  readonly kind: 'camt.053';
  readonly messageId: string;
  readonly lines: readonly StatementLine[];
}

export type BankMessage = StatusReport | BankStatement;

/** The largest message that is read: some 100,000 lines. */
const MAX_CHARACTERS = 64 * 1024 * 1024;
/** What a bank gives as the reason when it gives none. */
const NO_REASON = 'NARR';
const VERSIONS = {
  'urn:iso:std:iso:20022:tech:xsd:pain.002.001.14': 'pain.002',
  'urn:iso:std:iso:20022:tech:xsd:camt.053.001.08': 'camt.053',
} as const;

const LISTS = new Set([
  'TxInfAndSts',
  'OrgnlPmtInfAndSts',
  'StsRsnInf',
  'Stmt',
  'Ntry',
  'NtryDtls',
  'TxDtls',
]);
// numbers stay text: "0012.50" is none, and an account begins with zeros
const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  transformTagName: (name) => name.replace(/^.*:/, ''),
  parseTagValue: false,
  parseAttributeValue: false,
  isArray: (name) => LISTS.has(name),
});

const idSchema = z.string().min(1).max(35);
const codeSchema = z.string().min(1).max(4);
const reasonSchema = z
  .array(z.object({ Rsn: z.object({ Cd: codeSchema.optional() }).optional() }))
  .optional();

const statusReportSchema = z
  .object({
    CstmrPmtStsRpt: z.object({
      GrpHdr: z.object({ MsgId: idSchema }),
      OrgnlGrpInfAndSts: z.object({
        OrgnlMsgId: idSchema,
        GrpSts: codeSchema.optional(),
        StsRsnInf: reasonSchema,
      }),
      OrgnlPmtInfAndSts: z
        .array(
          z.object({
            TxInfAndSts: z
              .array(
                z.object({
                  OrgnlEndToEndId: idSchema,
                  TxSts: codeSchema,
                  StsRsnInf: reasonSchema,
                }),
              )
              .optional(),
          }),
        )
        .optional(),
    }),
  })
  .transform(({ CstmrPmtStsRpt: report }): StatusReport => {
    const group = report.OrgnlGrpInfAndSts;
    const lines = (report.OrgnlPmtInfAndSts ?? []).flatMap((each) => each.TxInfAndSts ?? []);
    return {
      kind: 'pain.002',
      messageId: report.GrpHdr.MsgId,
      originalMessageId: group.OrgnlMsgId,
      groupStatus: group.GrpSts,
      reasonCode: reasonOf(group.StsRsnInf),
      lines: lines.map((line) => ({
        endToEndId: line.OrgnlEndToEndId,
        status: line.TxSts,
        reasonCode: reasonOf(line.StsRsnInf),
      })),
    };
  });

const amountSchema = z
  .object({ '@Ccy': z.enum(CURRENCIES), '#text': z.string().max(20) })
  .transform(({ '@Ccy': currency, '#text': text }, context) => {
    const money = parseAmount(text, currency);
    if (money) return money;
    context.addIssue('an amount in whole minor units');
    return z.NEVER;
  });

const statementSchema = z
  .object({
    BkToCstmrStmt: z.object({
      GrpHdr: z.object({ MsgId: idSchema }),
      Stmt: z.array(
        z.object({
          Ntry: z
            .array(
              z.object({
                Amt: amountSchema,
                CdtDbtInd: z.enum(['CRDT', 'DBIT']),
                Sts: z.object({ Cd: codeSchema }),
                NtryDtls: z
                  .array(
                    z.object({
                      TxDtls: z
                        .array(
                          z.object({
                            Refs: z.object({ EndToEndId: idSchema.optional() }).optional(),
                            Amt: amountSchema.optional(),
                            RtrInf: z
                              .object({ Rsn: z.object({ Cd: codeSchema }).optional() })
                              .optional(),
                          }),
                        )
                        .optional(),
                    }),
                  )
                  .optional(),
              }),
            )
            .optional(),
        }),
      ),
    }),
  })
  .transform(({ BkToCstmrStmt: statement }): BankStatement => {
    const entries = statement.Stmt.flatMap((each) => each.Ntry ?? []);
    // what is only pending is told again once it is booked
    const booked = entries.filter((entry) => entry.Sts.Cd === 'BOOK');
    return {
      kind: 'camt.053',
      messageId: statement.GrpHdr.MsgId,
      lines: booked.flatMap((entry) => {
        const details = (entry.NtryDtls ?? []).flatMap((each) => each.TxDtls ?? []);
        return details.map((detail) => ({
          endToEndId: detail.Refs?.EndToEndId ?? '',
          ...(detail.Amt ?? entry.Amt),
          direction: entry.CdtDbtInd === 'DBIT' ? ('debit' as const) : ('credit' as const),
          returnCode: detail.RtrInf && (detail.RtrInf.Rsn?.Cd ?? NO_REASON),
        }));
      }),
    };
  });

/** Reads a bank's answer. What is none of the two messages, too large, or has a document type of its own is unreadable. */
export function readBankMessage(xml: string): Result<BankMessage, 'unreadable'> {
  if (xml.length > MAX_CHARACTERS || xml.includes('<!DOCTYPE')) return err('unreadable');
  if (XMLValidator.validate(xml) !== true) return err('unreadable');
  const parsed = z
    .object({ Document: z.record(z.string(), z.unknown()) })
    .safeParse(parser.parse(xml));
  if (!parsed.success) return err('unreadable');
  const { Document: document } = parsed.data;
  // the name space is an attribute, `xmlns` or `xmlns:` with a prefix of the bank's
  const named = Object.values(document);
  const version = Object.entries(VERSIONS).find(([name]) => named.includes(name))?.[1];
  if (version === undefined) return err('unreadable');
  const schema = version === 'pain.002' ? statusReportSchema : statementSchema;
  const message = schema.safeParse(document);
  return message.success ? ok(message.data) : err('unreadable');
}

function reasonOf(given: z.infer<typeof reasonSchema>): string {
  return given?.[0]?.Rsn?.Cd ?? NO_REASON;
}
