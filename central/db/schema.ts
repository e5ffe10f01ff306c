import {
  bigint,
  date,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
  timestamp,
  uuid,
} from 'drizzle-orm/pg-core';
import type { ToldSide } from '../../shared/contracts/reconciliation.ts';
import { CURRENCIES } from '../../shared/domain/money.ts';
import { DIFFERENCE_CODES } from '../../shared/domain/reconciliation.ts';

/** How the rows lie in PostgreSQL; the truth about constraints is in `migrations/`. */

const moment = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });
const sequence = (name: string) => bigint(name, { mode: 'number' });

export const hubs = pgTable('hubs', {
  hubId: text('hub_id').primaryKey(),
  streetId: text('street_id'),
  streetName: text('street_name'),
  sealingKey: text('sealing_key'),
  certificatePem: text('certificate_pem'),
  signature: text('signature'),
  announcedAt: moment('announced_at'),
});

export const intakeWatermarks = pgTable('intake_watermarks', {
  hubId: text('hub_id').primaryKey(),
  streamCreated: text('stream_created'),
  streamSeq: sequence('stream_seq').notNull(),
  chainSeq: sequence('chain_seq').notNull(),
  chainHash: text('chain_hash').notNull(),
  epoch: integer('epoch').notNull().default(1),
  carried: sequence('carried').notNull().default(0),
  updatedAt: moment('updated_at'),
  ownerId: uuid('owner_id'),
  fence: sequence('fence').notNull().default(0),
  ownedUntil: moment('owned_until'),
});

export const resyncs = pgTable('resyncs', {
  hubId: text('hub_id').primaryKey(),
  reason: text('reason', { enum: ['gap', 'stream_lost', 'tail_lost', 'command'] }).notNull(),
  askedAt: moment('asked_at').notNull(),
  fromSeq: sequence('from_seq').notNull(),
  doneAt: moment('done_at'),
  toSeq: sequence('to_seq'),
});

export const inbox = pgTable(
  'inbox',
  {
    hubId: text('hub_id').notNull(),
    seq: sequence('seq').notNull(),
    eventId: uuid('event_id').notNull(),
    type: text('type').notNull(),
    version: integer('version').notNull(),
    occurredAt: moment('occurred_at').notNull(),
    prevHash: text('prev_hash').notNull(),
    hash: text('hash').notNull(),
    streamSeq: sequence('stream_seq').notNull(),
    receivedAt: moment('received_at').notNull(),
    raw: text('raw'),
  },
  (table) => [primaryKey({ columns: [table.hubId, table.seq] })],
);

export const quarantinedEvents = pgTable('quarantined_events', {
  hubId: text('hub_id').notNull(),
  streamSeq: sequence('stream_seq').notNull(),
  receivedAt: moment('received_at').notNull(),
  seq: sequence('seq'),
  type: text('type'),
  version: integer('version'),
  reason: text('reason').notNull(),
  raw: text('raw'),
  id: sequence('id').generatedAlwaysAsIdentity(),
});

export const hubEpochs = pgTable(
  'hub_epochs',
  {
    hubId: text('hub_id').notNull(),
    epoch: integer('epoch').notNull(),
    eventId: uuid('event_id').notNull(),
    fromSeq: sequence('from_seq').notNull(),
    afterSeq: sequence('after_seq').notNull(),
    carried: sequence('carried').notNull(),
    openedAt: moment('opened_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.hubId, table.epoch] })],
);

export const supersededEvents = pgTable(
  'superseded_events',
  {
    hubId: text('hub_id').notNull(),
    eventId: uuid('event_id').notNull(),
    hubSeq: sequence('hub_seq').notNull(),
    type: text('type').notNull(),
    hash: text('hash').notNull(),
    receivedAt: moment('received_at').notNull(),
    raw: text('raw'),
  },
  (table) => [primaryKey({ columns: [table.hubId, table.eventId] })],
);

export const shops = pgTable(
  'shops',
  {
    hubId: text('hub_id').notNull(),
    shopId: text('shop_id').notNull(),
    shopName: text('shop_name').notNull(),
    merchantId: text('merchant_id').notNull(),
  },
  (table) => [primaryKey({ columns: [table.hubId, table.shopId] })],
);

export const terminals = pgTable(
  'terminals',
  {
    hubId: text('hub_id').notNull(),
    terminalId: text('terminal_id').notNull(),
    shopId: text('shop_id').notNull(),
    registeredAt: moment('registered_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.hubId, table.terminalId] })],
);

export const payments = pgTable(
  'payments',
  {
    hubId: text('hub_id').notNull(),
    paymentId: uuid('payment_id').notNull(),
    eventSeq: sequence('event_seq').notNull(),
    shopperId: uuid('shopper_id').notNull(),
    terminalId: text('terminal_id').notNull(),
    shopId: text('shop_id').notNull(),
    merchantId: text('merchant_id').notNull(),
    amountMinor: bigint('amount_minor', { mode: 'bigint' }).notNull(),
    currency: text('currency').notNull(),
    method: text('method').notNull(),
    reference: text('reference').notNull(),
    capturedAt: moment('captured_at').notNull(),
    bookedAt: moment('booked_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.hubId, table.paymentId] })],
);

export const paymentMoves = pgTable(
  'payment_moves',
  {
    hubId: text('hub_id').notNull(),
    moveId: uuid('move_id').notNull(),
    paymentId: uuid('payment_id').notNull(),
    eventSeq: sequence('event_seq').notNull(),
    kind: text('kind', { enum: ['authorise', 'refund', 'reverse', 'cancel', 'expire'] }).notNull(),
    shopperId: uuid('shopper_id'),
    terminalId: text('terminal_id').notNull(),
    shopId: text('shop_id').notNull(),
    merchantId: text('merchant_id').notNull(),
    amountMinor: bigint('amount_minor', { mode: 'bigint' }).notNull(),
    currency: text('currency').notNull(),
    reference: text('reference'),
    movedAt: moment('moved_at').notNull(),
    bookedAt: moment('booked_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.hubId, table.moveId] })],
);

export const journalEntries = pgTable(
  'journal_entries',
  {
    hubId: text('hub_id').notNull(),
    entryId: uuid('entry_id').notNull(),
    kind: text('kind').notNull(),
    paymentId: uuid('payment_id').notNull(),
    bookedAt: moment('booked_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.hubId, table.entryId] })],
);

export const postings = pgTable(
  'postings',
  {
    hubId: text('hub_id').notNull(),
    entryId: uuid('entry_id').notNull(),
    line: smallint('line').notNull(),
    debit: text('debit').notNull(),
    credit: text('credit').notNull(),
    amountMinor: bigint('amount_minor', { mode: 'bigint' }).notNull(),
    currency: text('currency').notNull(),
  },
  (table) => [primaryKey({ columns: [table.hubId, table.entryId, table.line] })],
);

export const baskets = pgTable(
  'baskets',
  {
    hubId: text('hub_id').notNull(),
    paymentId: uuid('payment_id').notNull(),
    merchantId: text('merchant_id').notNull(),
    boughtAt: moment('bought_at').notNull(),
    items: jsonb('items').$type<readonly string[]>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.hubId, table.paymentId] })],
);

export const reconciliationExceptions = pgTable(
  'reconciliation_exceptions',
  {
    hubId: text('hub_id').notNull(),
    exceptionId: sequence('exception_id').generatedAlwaysAsIdentity(),
    code: text('code', { enum: DIFFERENCE_CODES }).notNull(),
    subject: text('subject').notNull(),
    seq: sequence('seq'),
    detail: text('detail').notNull(),
    sides: jsonb('sides').$type<readonly ToldSide[]>().notNull().default([]),
    source: text('source', { enum: ['nightly', 'command', 'intake'] }).notNull(),
    foundAt: moment('found_at').notNull(),
    lastSeenAt: moment('last_seen_at').notNull(),
    timesSeen: integer('times_seen').notNull().default(1),
    resolvedAt: moment('resolved_at'),
    note: text('note'),
  },
  (table) => [primaryKey({ columns: [table.hubId, table.exceptionId] })],
);

export const reconciliationRuns = pgTable(
  'reconciliation_runs',
  {
    hubId: text('hub_id').notNull(),
    runAt: moment('run_at').notNull(),
    headSeq: sequence('head_seq').notNull(),
    differences: integer('differences').notNull(),
  },
  (table) => [primaryKey({ columns: [table.hubId, table.runAt] })],
);

export const shoppers = pgTable(
  'shoppers',
  {
    hubId: text('hub_id').notNull(),
    shopperId: uuid('shopper_id').notNull(),
    enrolledAt: moment('enrolled_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.hubId, table.shopperId] })],
);

export const enrolments = pgTable(
  'enrolments',
  {
    hubId: text('hub_id').notNull(),
    eventSeq: sequence('event_seq').notNull(),
    shopperId: uuid('shopper_id').notNull(),
    packId: text('pack_id').notNull(),
    textVersion: text('text_version').notNull(),
    language: text('language').notNull(),
    givenAt: moment('given_at').notNull(),
    streets: text('streets').array().notNull(),
  },
  (table) => [primaryKey({ columns: [table.hubId, table.eventSeq] })],
);

export const replicas = pgTable(
  'replicas',
  {
    hubId: text('hub_id').notNull(),
    shopperId: uuid('shopper_id').notNull(),
    packId: text('pack_id').notNull(),
    fromHubId: text('from_hub_id').notNull(),
    downlinkSeq: sequence('downlink_seq').notNull(),
    sentAt: moment('sent_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.hubId, table.shopperId, table.packId] })],
);

export const phoneLinks = pgTable('phone_links', {
  secretHash: text('secret_hash').primaryKey(),
  shopperId: uuid('shopper_id').notNull(),
  expiresAt: moment('expires_at').notNull(),
  keyId: text('key_id'),
});

export const shopperPhones = pgTable('shopper_phones', {
  shopperId: uuid('shopper_id').primaryKey(),
  keyId: text('key_id').notNull(),
  publicKey: text('public_key').notNull(),
  pairedAt: moment('paired_at').notNull(),
});

export const paymentCodes = pgTable(
  'payment_codes',
  {
    hubId: text('hub_id').notNull(),
    paymentId: uuid('payment_id').notNull(),
    codeId: text('code_id').notNull(),
    usedAt: moment('used_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.hubId, table.paymentId] })],
);

export const erasures = pgTable(
  'erasures',
  {
    hubId: text('hub_id').notNull(),
    shopperId: uuid('shopper_id').notNull(),
    requestedAt: moment('requested_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.hubId, table.shopperId] })],
);

export const erasureTargets = pgTable(
  'erasure_targets',
  { hubId: text('hub_id').notNull(), shopperId: uuid('shopper_id').notNull() },
  (table) => [primaryKey({ columns: [table.hubId, table.shopperId] })],
);

export const erasureReceipts = pgTable(
  'erasure_receipts',
  {
    hubId: text('hub_id').notNull(),
    shopperId: uuid('shopper_id').notNull(),
    erasedAt: moment('erased_at').notNull(),
    templatesRemoved: integer('templates_removed').notNull(),
    signature: text('signature').notNull(),
    receivedAt: moment('received_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.hubId, table.shopperId] })],
);

export const wallets = pgTable(
  'wallets',
  {
    shopperId: uuid('shopper_id').notNull(),
    currency: text('currency', { enum: CURRENCIES }).notNull(),
    fundedMinor: bigint('funded_minor', { mode: 'bigint' }).notNull().default(0n),
    escrowedMinor: bigint('escrowed_minor', { mode: 'bigint' }).notNull().default(0n),
    closedAt: moment('closed_at'),
  },
  (table) => [primaryKey({ columns: [table.shopperId, table.currency] })],
);

export const walletLines = pgTable(
  'wallet_lines',
  {
    shopperId: uuid('shopper_id').notNull(),
    currency: text('currency', { enum: CURRENCIES }).notNull(),
    lineId: uuid('line_id').notNull(),
    kind: text('kind', { enum: ['limit', 'payment_in', 'correction'] }).notNull(),
    amountMinor: bigint('amount_minor', { mode: 'bigint' }).notNull(),
    bookedAt: moment('booked_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.shopperId, table.lineId] })],
);

export const allowances = pgTable(
  'allowances',
  {
    hubId: text('hub_id').notNull(),
    shopperId: uuid('shopper_id').notNull(),
    currency: text('currency', { enum: CURRENCIES }).notNull(),
    grantedMinor: bigint('granted_minor', { mode: 'bigint' }).notNull().default(0n),
    returnedMinor: bigint('returned_minor', { mode: 'bigint' }).notNull().default(0n),
    closedMinor: bigint('closed_minor', { mode: 'bigint' }).notNull().default(0n),
    grantedAt: moment('granted_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.hubId, table.shopperId, table.currency] })],
);

export const blockedShoppers = pgTable('blocked_shoppers', {
  shopperId: uuid('shopper_id').primaryKey(),
  blockedAt: moment('blocked_at').notNull(),
});

export const downlinkHeads = pgTable('downlink_heads', {
  hubId: text('hub_id').primaryKey(),
  headSeq: sequence('head_seq').notNull(),
  ackedSeq: sequence('acked_seq').notNull(),
  ackedAt: moment('acked_at'),
});

export const downlink = pgTable(
  'downlink',
  {
    hubId: text('hub_id').notNull(),
    seq: sequence('seq').notNull(),
    type: text('type').notNull(),
    shopperId: uuid('shopper_id'),
    body: text('body').notNull(),
    createdAt: moment('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.hubId, table.seq] })],
);

export const lakeFiles = pgTable(
  'lake_files',
  {
    hubId: text('hub_id').notNull(),
    fileId: sequence('file_id').generatedAlwaysAsIdentity(),
    path: text('path').notNull(),
    streetId: text('street_id').notNull(),
    day: date('day').notNull(),
    fromSeq: sequence('from_seq').notNull(),
    toSeq: sequence('to_seq').notNull(),
    rows: integer('rows').notNull(),
    writtenAt: moment('written_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.hubId, table.fileId] })],
);
