import { blob, customType, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { CURRENCIES } from '../../shared/domain/money.ts';
import { PAYMENT_STATES, RECORDED_MOVES } from '../../shared/domain/payment.ts';
import { WAYS } from '../../shared/domain/way.ts';

/** How the rows lie in the database; the truth about constraints is in `migrations/`. */

const amountMinor = customType<{ data: bigint; driverData: bigint | number }>({
  dataType: () => 'integer',
  fromDriver: (value) => BigInt(value),
  toDriver: (value) => value,
});

export const terminals = sqliteTable('terminal', {
  terminalId: text('terminal_id').primaryKey(),
  shopId: text('shop_id').notNull(),
  shopName: text('shop_name').notNull(),
  merchantId: text('merchant_id').notNull(),
  publicKeySpki: blob('public_key_spki', { mode: 'buffer' }).notNull(),
  access: text('access', { enum: ['certificate', 'token'] }).notNull(),
  depth: integer('depth', { mode: 'boolean' }).notNull(),
  infrared: integer('infrared', { mode: 'boolean' }).notNull(),
  registeredAt: text('registered_at').notNull(),
  revokedAt: text('revoked_at'),
});

export const pairingCodes = sqliteTable('pairing_code', {
  codeHash: blob('code_hash', { mode: 'buffer' }).primaryKey(),
  terminalId: text('terminal_id').notNull(),
  shopId: text('shop_id').notNull(),
  shopName: text('shop_name').notNull(),
  merchantId: text('merchant_id').notNull(),
  expiresAt: text('expires_at').notNull(),
  usedAt: text('used_at'),
});

export const kioskNonces = sqliteTable('kiosk_nonce', {
  nonce: text('nonce').primaryKey(),
  expiresAt: text('expires_at').notNull(),
});

export const payments = sqliteTable('payment', {
  paymentId: text('payment_id').primaryKey(),
  terminalId: text('terminal_id').notNull(),
  shopId: text('shop_id').notNull(),
  merchantId: text('merchant_id').notNull(),
  amountMinor: amountMinor('amount_minor').notNull(),
  currency: text('currency', { enum: CURRENCIES }).notNull(),
  state: text('state', { enum: PAYMENT_STATES }).notNull(),
  refundedMinor: amountMinor('refunded_minor').notNull(),
  shopperId: text('shopper_id'),
  authorisedAt: text('authorised_at'),
  expiresAt: text('expires_at'),
  capturedAt: text('captured_at'),
  reference: text('reference'),
  resultOf: text('result_of'),
  way: text('way', { enum: WAYS }),
  onAllowance: integer('on_allowance', { mode: 'boolean' }).notNull().default(false),
});

export const allowances = sqliteTable('allowance', {
  shopperId: text('shopper_id').notNull(),
  currency: text('currency', { enum: CURRENCIES }).notNull(),
  grantedMinor: amountMinor('granted_minor').notNull(),
  returnedMinor: amountMinor('returned_minor').notNull(),
  usedMinor: amountMinor('used_minor').notNull(),
  closedMinor: amountMinor('closed_minor').notNull(),
  epoch: integer('epoch').notNull(),
  offlineCount: integer('offline_count').notNull(),
  offlineMinor: amountMinor('offline_minor').notNull(),
  offlineSince: text('offline_since'),
});

export const campaigns = sqliteTable('campaign', {
  campaignId: text('campaign_id').primaryKey(),
  merchantId: text('merchant_id'),
  termsJson: text('terms_json').notNull(),
  startsAt: text('starts_at').notNull(),
  endsAt: text('ends_at').notNull(),
  stopped: integer('stopped', { mode: 'boolean' }).notNull().default(false),
  shareMinor: amountMinor('share_minor').notNull(),
  givenMinor: amountMinor('given_minor').notNull().default(0n),
});

export const discounts = sqliteTable('discount', {
  eventSeq: integer('event_seq').primaryKey(),
  campaignId: text('campaign_id').notNull(),
  paymentId: text('payment_id').notNull(),
  moveId: text('move_id').notNull(),
  kind: text('kind', { enum: ['given', 'returned'] }).notNull(),
  debit: text('debit').notNull(),
  credit: text('credit').notNull(),
  amountMinor: amountMinor('amount_minor').notNull(),
  currency: text('currency', { enum: CURRENCIES }).notNull(),
  bookedAt: text('booked_at').notNull(),
});

export const blockedShoppers = sqliteTable('blocked_shopper', {
  shopperId: text('shopper_id').primaryKey(),
});

export const paymentMoves = sqliteTable('payment_move', {
  moveId: text('move_id').primaryKey(),
  paymentId: text('payment_id').notNull(),
  nth: integer('nth').notNull(),
  kind: text('kind', { enum: RECORDED_MOVES }).notNull(),
  amountMinor: amountMinor('amount_minor').notNull(),
  currency: text('currency', { enum: CURRENCIES }).notNull(),
  terminalId: text('terminal_id').notNull(),
  eventSeq: integer('event_seq').notNull(),
  reference: text('reference'),
  movedAt: text('moved_at').notNull(),
});

export const attempts = sqliteTable('attempt', {
  requestId: text('request_id').primaryKey(),
  inputHash: text('input_hash').notNull(),
  paymentId: text('payment_id').notNull(),
  terminalId: text('terminal_id').notNull(),
  shopName: text('shop_name').notNull(),
  amountMinor: amountMinor('amount_minor').notNull(),
  currency: text('currency', { enum: CURRENCIES }).notNull(),
  outcome: text('outcome', { enum: ['paid', 'authorised', 'declined', 'fallback'] }).notNull(),
  code: text('code'),
  replyJson: text('reply_json').notNull(),
  decidedAt: text('decided_at').notNull(),
});

export const moveRequests = sqliteTable('move_request', {
  requestId: text('request_id').primaryKey(),
  inputHash: text('input_hash').notNull(),
  kind: text('kind', { enum: ['capture', 'refund', 'reverse', 'cancel'] }).notNull(),
  paymentId: text('payment_id').notNull(),
  terminalId: text('terminal_id').notNull(),
  amountMinor: amountMinor('amount_minor').notNull(),
  currency: text('currency', { enum: CURRENCIES }).notNull(),
  code: text('code'),
  replyJson: text('reply_json'),
  decidedAt: text('decided_at').notNull(),
});

export const postings = sqliteTable('posting', {
  postingId: integer('posting_id').primaryKey(),
  moveId: text('move_id').notNull(),
  paymentId: text('payment_id').notNull(),
  line: integer('line').notNull(),
  debit: text('debit').notNull(),
  credit: text('credit').notNull(),
  amountMinor: amountMinor('amount_minor').notNull(),
  currency: text('currency', { enum: CURRENCIES }).notNull(),
  bookedAt: text('booked_at').notNull(),
});

export const outbox = sqliteTable('outbox', {
  seq: integer('seq').primaryKey(),
  eventId: text('event_id').notNull(),
  type: text('type').notNull(),
  version: integer('version').notNull(),
  occurredAt: text('occurred_at').notNull(),
  source: text('source').notNull(),
  dataJson: text('data_json').notNull(),
  prevHash: text('prev_hash').notNull(),
  hash: text('hash').notNull(),
  publishedAt: text('published_at'),
});

export const shoppers = sqliteTable('shopper', {
  shopperId: text('shopper_id').primaryKey(),
  origin: text('origin', { enum: ['enrolled', 'replica'] }).notNull(),
  consentJson: text('consent_json').notNull(),
  wrappedKey: blob('wrapped_key', { mode: 'buffer' }).notNull(),
  createdAt: text('created_at').notNull(),
});

export const shopperPhones = sqliteTable('shopper_phone', {
  fingerprint: text('fingerprint').primaryKey(),
  shopperId: text('shopper_id').notNull(),
});

export const codeKeys = sqliteTable('shopper_code_key', {
  keyId: text('key_id').primaryKey(),
  shopperId: text('shopper_id').notNull(),
  publicKey: blob('public_key', { mode: 'buffer' }).notNull(),
  lastMadeAtS: integer('last_made_at').notNull().default(0),
});

export const templates = sqliteTable('template', {
  templateId: text('template_id').primaryKey(),
  shopperId: text('shopper_id').notNull(),
  packId: text('pack_id').notNull(),
  sealed: blob('sealed', { mode: 'buffer' }).notNull(),
  createdAt: text('created_at').notNull(),
  keyId: text('key_id'),
});

export const galleryChunks = sqliteTable('gallery_chunk', {
  chunkId: text('chunk_id').primaryKey(),
  space: text('space').notNull(),
  firstId: text('first_id').notNull(),
  lastId: text('last_id').notNull(),
  rowCount: integer('row_count').notNull(),
  wrappedKey: blob('wrapped_key', { mode: 'buffer' }).notNull(),
  written: integer('written', { mode: 'boolean' }).notNull(),
});

export const erasedShoppers = sqliteTable('erased_shopper', {
  shopperId: text('shopper_id').primaryKey(),
  erasedAt: text('erased_at').notNull(),
  templatesRemoved: integer('templates_removed').notNull(),
});

/** One row each way. */
export const lookAlikes = sqliteTable('look_alike', {
  shopperId: text('shopper_id').notNull(),
  otherId: text('other_id').notNull(),
  foundAt: text('found_at').notNull(),
});

export const wrongAnswers = sqliteTable('wrong_answers', {
  scope: text('scope', { enum: ['digits', 'pin', 'phone', 'terminal'] }).notNull(),
  subjectId: text('subject_id').notNull(),
  failures: integer('failures').notNull(),
  locks: integer('locks').notNull(),
  lastAt: text('last_at').notNull(),
  lockedUntil: text('locked_until'),
});

export const enrolments = sqliteTable('enrolment', {
  enrolmentId: text('enrolment_id').primaryKey(),
  inputHash: text('input_hash').notNull(),
  shopperId: text('shopper_id').notNull(),
  answerJson: text('answer_json').notNull(),
  createdAt: text('created_at').notNull(),
});

export const downlinkMessages = sqliteTable('downlink_message', {
  seq: integer('seq').primaryKey(),
  type: text('type').notNull(),
  outcome: text('outcome', { enum: ['applied', 'rejected'] }).notNull(),
  reason: text('reason'),
  handledAt: text('handled_at').notNull(),
});

export const knownHubs = sqliteTable('known_hub', {
  hubId: text('hub_id').primaryKey(),
  streetId: text('street_id').notNull(),
  streetName: text('street_name').notNull(),
  sealingKey: text('sealing_key').notNull(),
  announcementJson: text('announcement_json').notNull(),
  verifiedAt: text('verified_at').notNull(),
});

export const auditEntries = sqliteTable('audit', {
  seq: integer('seq').primaryKey(),
  at: text('at').notNull(),
  action: text('action').notNull(),
  actor: text('actor').notNull(),
  subject: text('subject').notNull(),
  prevHash: text('prev_hash').notNull(),
  hash: text('hash').notNull(),
});

export const hubSettings = sqliteTable('hub_setting', {
  name: text('name').primaryKey(),
  value: text('value').notNull(),
});
