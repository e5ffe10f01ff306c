-- Times are RFC 3339 in UTC with milliseconds. Amounts are minor units.

CREATE TABLE terminal (
  terminal_id     TEXT PRIMARY KEY,
  shop_id         TEXT NOT NULL,
  shop_name       TEXT NOT NULL,
  merchant_id     TEXT NOT NULL,
  public_key_spki BLOB NOT NULL,
  -- how it may connect: `certificate` (mutual TLS) or `token` (paired kiosk)
  access          TEXT NOT NULL CHECK (access IN ('certificate', 'token')),
  depth           INTEGER NOT NULL CHECK (depth IN (0, 1)),
  registered_at   TEXT NOT NULL,
  revoked_at      TEXT
) STRICT;

CREATE TRIGGER terminal_revocation_is_final BEFORE UPDATE ON terminal
WHEN OLD.revoked_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a revoked terminal stays as it is'); END;

CREATE TABLE pairing_code (
  code_hash   BLOB PRIMARY KEY,
  terminal_id TEXT NOT NULL,
  shop_id     TEXT NOT NULL,
  shop_name   TEXT NOT NULL,
  merchant_id TEXT NOT NULL,
  expires_at  TEXT NOT NULL,
  used_at     TEXT
) STRICT;

CREATE TABLE kiosk_nonce (
  nonce      TEXT PRIMARY KEY,
  expires_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE payment (
  payment_id   TEXT PRIMARY KEY,
  terminal_id  TEXT NOT NULL REFERENCES terminal (terminal_id),
  shop_id      TEXT NOT NULL,
  merchant_id  TEXT NOT NULL,
  amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
  currency     TEXT NOT NULL,
  state        TEXT NOT NULL CHECK (state IN ('declined', 'captured')),
  shopper_id   TEXT,
  reference    TEXT,
  captured_at  TEXT,
  -- the request whose stored reply is the payment's result
  result_of    TEXT NOT NULL,
  CHECK ((state = 'captured') = (shopper_id IS NOT NULL)),
  CHECK ((state = 'captured') = (reference IS NOT NULL)),
  CHECK ((state = 'captured') = (captured_at IS NOT NULL))
) STRICT;

-- shared/domain/payment.ts: captured is the end
CREATE TRIGGER payment_captured_is_final BEFORE UPDATE ON payment
WHEN OLD.state = 'captured'
BEGIN SELECT RAISE(ABORT, 'a captured payment never changes'); END;

CREATE TRIGGER payment_terms_are_fixed BEFORE UPDATE ON payment
WHEN NEW.payment_id <> OLD.payment_id OR NEW.terminal_id <> OLD.terminal_id OR NEW.shop_id <> OLD.shop_id
  OR NEW.merchant_id <> OLD.merchant_id OR NEW.amount_minor <> OLD.amount_minor OR NEW.currency <> OLD.currency
BEGIN SELECT RAISE(ABORT, 'the terms of a payment never change'); END;

CREATE TRIGGER payment_is_kept BEFORE DELETE ON payment
BEGIN SELECT RAISE(ABORT, 'payments are never deleted'); END;

-- One row per probe that was decided: idempotency key, hash of the input, stored reply.
CREATE TABLE attempt (
  request_id   TEXT PRIMARY KEY,
  input_hash   TEXT NOT NULL,
  payment_id   TEXT NOT NULL REFERENCES payment (payment_id) DEFERRABLE INITIALLY DEFERRED,
  terminal_id  TEXT NOT NULL,
  shop_name    TEXT NOT NULL,
  amount_minor INTEGER NOT NULL,
  currency     TEXT NOT NULL,
  outcome      TEXT NOT NULL CHECK (outcome IN ('paid', 'declined', 'fallback')),
  code         TEXT,
  reply_json   TEXT NOT NULL,
  decided_at   TEXT NOT NULL
) STRICT;

CREATE INDEX attempt_by_time ON attempt (decided_at);

CREATE TRIGGER attempt_never_changes BEFORE UPDATE ON attempt
BEGIN SELECT RAISE(ABORT, 'attempts are append-only'); END;

-- A posting is one movement from account to account: it balances by construction (ADR 0006).
CREATE TABLE posting (
  posting_id   INTEGER PRIMARY KEY,
  payment_id   TEXT NOT NULL REFERENCES payment (payment_id),
  line         INTEGER NOT NULL CHECK (line >= 1),
  debit        TEXT NOT NULL CHECK (length(debit) > 0),
  credit       TEXT NOT NULL CHECK (length(credit) > 0),
  amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
  currency     TEXT NOT NULL CHECK (length(currency) = 3),
  booked_at    TEXT NOT NULL,
  CHECK (debit <> credit),
  UNIQUE (payment_id, line)
) STRICT;

CREATE TRIGGER posting_never_changes BEFORE UPDATE ON posting
BEGIN SELECT RAISE(ABORT, 'postings are append-only'); END;
CREATE TRIGGER posting_is_kept BEFORE DELETE ON posting
BEGIN SELECT RAISE(ABORT, 'postings are append-only'); END;
CREATE TRIGGER posting_of_captured_payment BEFORE INSERT ON posting
WHEN (SELECT state FROM payment WHERE payment_id = NEW.payment_id) IS NOT 'captured'
BEGIN SELECT RAISE(ABORT, 'only a captured payment is booked'); END;

CREATE TABLE outbox (
  seq          INTEGER PRIMARY KEY CHECK (seq >= 1),
  event_id     TEXT NOT NULL UNIQUE,
  type         TEXT NOT NULL,
  version      INTEGER NOT NULL,
  occurred_at  TEXT NOT NULL,
  source       TEXT NOT NULL,
  data_json    TEXT NOT NULL,
  prev_hash    TEXT NOT NULL,
  hash         TEXT NOT NULL UNIQUE,
  published_at TEXT
) STRICT;

CREATE INDEX outbox_pending ON outbox (seq) WHERE published_at IS NULL;

CREATE TRIGGER outbox_has_no_gap BEFORE INSERT ON outbox
WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM outbox)
  OR NEW.prev_hash <> coalesce(
    (SELECT hash FROM outbox ORDER BY seq DESC LIMIT 1),
    '0000000000000000000000000000000000000000000000000000000000000000')
BEGIN SELECT RAISE(ABORT, 'the outbox is a gapless chain'); END;
CREATE TRIGGER outbox_only_gets_published BEFORE UPDATE ON outbox
WHEN OLD.published_at IS NOT NULL OR NEW.seq <> OLD.seq OR NEW.event_id <> OLD.event_id OR NEW.type <> OLD.type
  OR NEW.version <> OLD.version OR NEW.occurred_at <> OLD.occurred_at OR NEW.source <> OLD.source
  OR NEW.data_json <> OLD.data_json OR NEW.prev_hash <> OLD.prev_hash OR NEW.hash <> OLD.hash
BEGIN SELECT RAISE(ABORT, 'events never change'); END;
CREATE TRIGGER outbox_is_kept BEFORE DELETE ON outbox
BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END;

CREATE TABLE shopper (
  shopper_id   TEXT PRIMARY KEY,
  origin       TEXT NOT NULL CHECK (origin IN ('enrolled', 'replica')),
  consent_json TEXT NOT NULL,
  -- the person's own key, wrapped by the hub's key: without it the templates below are noise
  wrapped_key  BLOB NOT NULL,
  created_at   TEXT NOT NULL
) STRICT;

CREATE TABLE template (
  template_id TEXT PRIMARY KEY,
  shopper_id  TEXT NOT NULL REFERENCES shopper (shopper_id),
  pack_id     TEXT NOT NULL,
  sealed      BLOB NOT NULL,
  created_at  TEXT NOT NULL,
  UNIQUE (shopper_id, pack_id)
) STRICT;

-- What stays of an erased person: that they are erased, so that a late replica is refused.
CREATE TABLE erased_shopper (
  shopper_id        TEXT PRIMARY KEY,
  erased_at         TEXT NOT NULL,
  templates_removed INTEGER NOT NULL
) STRICT;

CREATE TABLE enrolment (
  enrolment_id TEXT PRIMARY KEY,
  input_hash   TEXT NOT NULL,
  shopper_id   TEXT NOT NULL,
  answer_json  TEXT NOT NULL,
  created_at   TEXT NOT NULL
) STRICT;

-- Each message of central that was dealt with; max(seq) is the watermark.
CREATE TABLE downlink_message (
  seq        INTEGER PRIMARY KEY CHECK (seq >= 1),
  type       TEXT NOT NULL,
  outcome    TEXT NOT NULL CHECK (outcome IN ('applied', 'rejected')),
  reason     TEXT,
  handled_at TEXT NOT NULL
) STRICT;

CREATE TABLE known_hub (
  hub_id            TEXT PRIMARY KEY,
  street_id         TEXT NOT NULL,
  street_name       TEXT NOT NULL,
  sealing_key       TEXT NOT NULL,
  announcement_json TEXT NOT NULL,
  verified_at       TEXT NOT NULL
) STRICT;

CREATE TABLE audit (
  seq       INTEGER PRIMARY KEY CHECK (seq >= 1),
  at        TEXT NOT NULL,
  action    TEXT NOT NULL,
  actor     TEXT NOT NULL,
  subject   TEXT NOT NULL,
  prev_hash TEXT NOT NULL,
  hash      TEXT NOT NULL UNIQUE
) STRICT;

CREATE TRIGGER audit_never_changes BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;

CREATE TABLE hub_setting (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;
