import { XMLBuilder } from 'fast-xml-parser';
import { type Currency, formatAmount } from '../../shared/domain/money.ts';

const NAMESPACE = 'urn:iso:std:iso:20022:tech:xsd:pain.001.001.12';

/** The account that merchants are paid from. */
export interface DebtorAccount {
  readonly holder: string;
  readonly number: string;
  /** Twelve digits in the national payment system (CNAPS). */
  readonly bankCode: string;
}

/** One line of a payment file. */
export interface CreditTransfer {
  /** End-to-end id, the payout's. */
  readonly payoutId: string;
  readonly amountMinor: bigint;
  readonly holder: string;
  readonly accountNumber: string;
  readonly bankCode: string;
  /** What the merchant reads on their statement, at most 140 characters. */
  readonly remittance: string;
}

export interface PaymentFile {
  readonly messageId: string;
  readonly madeAt: Date;
  readonly executionDate: string;
  readonly currency: Currency;
  readonly debtor: DebtorAccount;
  readonly transfers: readonly CreditTransfer[];
}

/** An id as ISO 20022 can carry it: 35 characters at most, a UUID has 36. */
export function isoId(uuid: string): string {
  return uuid.replaceAll('-', '');
}

/** The UUID of an id that we have given; undefined for what is none. */
export function uuidOf(text: string): string | undefined {
  const parts = /^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/.exec(text);
  return parts?.slice(1).join('-');
}

/** Writes a payment initiation, pain.001.001.12: one instruction with a line for each payout, booked one by one. */
export function paymentInitiation(file: PaymentFile): string {
  const { currency, debtor, transfers, messageId } = file;
  const total = transfers.reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
  const counts = {
    NbOfTxs: String(transfers.length),
    CtrlSum: formatAmount({ amountMinor: total, currency }),
  };
  const document = {
    '?xml': { '@version': '1.0', '@encoding': 'UTF-8' },
    Document: {
      '@xmlns': NAMESPACE,
      CstmrCdtTrfInitn: {
        GrpHdr: {
          MsgId: messageId,
          CreDtTm: file.madeAt.toISOString(),
          ...counts,
          InitgPty: { Nm: debtor.holder },
        },
        PmtInf: {
          PmtInfId: messageId,
          PmtMtd: 'TRF',
          BtchBookg: 'false',
          ...counts,
          ReqdExctnDt: { Dt: file.executionDate },
          Dbtr: { Nm: debtor.holder },
          DbtrAcct: { ...account(debtor.number), Ccy: currency },
          DbtrAgt: agent(debtor.bankCode),
          ChrgBr: 'DEBT',
          CdtTrfTxInf: transfers.map((transfer) => creditTransfer(transfer, currency)),
        },
      },
    },
  };
  const builder = new XMLBuilder({
    ignoreAttributes: false,
    attributeNamePrefix: '@',
    format: true,
    suppressEmptyNode: true,
  });
  return builder.build(document);
}

function creditTransfer(transfer: CreditTransfer, currency: Currency) {
  const id = isoId(transfer.payoutId);
  return {
    PmtId: { InstrId: id, EndToEndId: id },
    Amt: {
      InstdAmt: {
        '@Ccy': currency,
        '#text': formatAmount({ amountMinor: transfer.amountMinor, currency }),
      },
    },
    CdtrAgt: agent(transfer.bankCode),
    Cdtr: { Nm: transfer.holder },
    CdtrAcct: account(transfer.accountNumber),
    RmtInf: { Ustrd: transfer.remittance },
  };
}

const account = (number: string) => ({ Id: { Othr: { Id: number } } });
const agent = (bankCode: string) => ({
  FinInstnId: { ClrSysMmbId: { ClrSysId: { Cd: 'CNAPS' }, MmbId: bankCode } },
});
