-- The life cycle of a payment (shared/domain/payment.ts): what may follow what is in the database itself, each move is a
-- row of its own, and postings belong to a move. Constraints of a table cannot be altered: three tables are made anew.

CREATE TABLE allowed_move (
  from_state TEXT NOT NULL,
  move       TEXT NOT NULL,
  to_state   TEXT NOT NULL,
  PRIMARY KEY (from_state, move, to_state)
) STRICT, WITHOUT ROWID;

INSERT INTO allowed_move (from_state, move, to_state) VALUES
  ('new', 'decline', 'declined'),
  ('new', 'authorise', 'authorised'),
  ('new', 'capture', 'captured'),
  ('new', 'cancel', 'cancelled'),
  ('declined', 'decline', 'declined'),
  ('declined', 'authorise', 'authorised'),
  ('declined', 'capture', 'captured'),
  ('declined', 'cancel', 'cancelled'),
  ('authorised', 'capture', 'captured'),
  ('authorised', 'cancel', 'cancelled'),
  ('authorised', 'expire', 'expired'),
  ('captured', 'reverse', 'reversed'),
  ('captured', 'refund', 'partly_refunded'),
  ('captured', 'refund', 'refunded'),
  ('partly_refunded', 'refund', 'partly_refunded'),
  ('partly_refunded', 'refund', 'refunded');

CREATE TRIGGER allowed_move_is_code_insert BEFORE INSERT ON allowed_move
BEGIN SELECT RAISE(ABORT, 'the table of moves changes with the program only'); END;
CREATE TRIGGER allowed_move_is_code_update BEFORE UPDATE ON allowed_move
BEGIN SELECT RAISE(ABORT, 'the table of moves changes with the program only'); END;
CREATE TRIGGER allowed_move_is_code_delete BEFORE DELETE ON allowed_move
BEGIN SELECT RAISE(ABORT, 'the table of moves changes with the program only'); END;

DROP TRIGGER payment_captured_is_final;
DROP TRIGGER payment_terms_are_fixed;
DROP TRIGGER payment_is_kept;
DROP TRIGGER attempt_never_changes;
DROP TRIGGER posting_never_changes;
DROP TRIGGER posting_is_kept;
DROP TRIGGER posting_of_captured_payment;
DROP INDEX attempt_by_time;
DROP INDEX payment_by_shopper;

CREATE TABLE payment_next (
  payment_id     TEXT PRIMARY KEY,
  terminal_id    TEXT NOT NULL REFERENCES terminal (terminal_id),
  shop_id        TEXT NOT NULL,
  merchant_id    TEXT NOT NULL,
  amount_minor   INTEGER NOT NULL CHECK (amount_minor > 0),
  currency       TEXT NOT NULL,
  state          TEXT NOT NULL CHECK (state IN ('declined', 'authorised', 'captured', 'partly_refunded', 'refunded',
                                                'reversed', 'cancelled', 'expired')),
  refunded_minor INTEGER NOT NULL DEFAULT 0,
  shopper_id     TEXT,
  authorised_at  TEXT,
  -- an authorisation is good until then
  expires_at     TEXT,
  captured_at    TEXT,
  reference      TEXT,
  -- the request whose stored reply is the payment's result; null where it was cancelled before anybody looked
  result_of      TEXT,
  CHECK ((shopper_id IS NOT NULL) = (authorised_at IS NOT NULL OR captured_at IS NOT NULL)),
  CHECK ((authorised_at IS NULL) = (expires_at IS NULL)),
  CHECK (authorised_at IS NOT NULL OR state NOT IN ('authorised', 'expired')),
  CHECK ((captured_at IS NOT NULL) = (state IN ('captured', 'partly_refunded', 'refunded', 'reversed'))),
  CHECK ((captured_at IS NULL) = (reference IS NULL)),
  CHECK (result_of IS NOT NULL OR state = 'cancelled'),
  CHECK (CASE state WHEN 'refunded' THEN refunded_minor = amount_minor
                    WHEN 'partly_refunded' THEN refunded_minor BETWEEN 1 AND amount_minor - 1
                    ELSE refunded_minor = 0 END)
) STRICT;

INSERT INTO payment_next (payment_id, terminal_id, shop_id, merchant_id, amount_minor, currency, state, shopper_id,
                          captured_at, reference, result_of)
SELECT payment_id, terminal_id, shop_id, merchant_id, amount_minor, currency, state, shopper_id, captured_at, reference,
       result_of
FROM payment;

-- One row per move but declines, which are attempts. `move_id` is the id of the terminal's request, of an expiry the hub's own.
CREATE TABLE payment_move (
  move_id      TEXT PRIMARY KEY,
  payment_id   TEXT NOT NULL REFERENCES payment (payment_id) DEFERRABLE INITIALLY DEFERRED,
  -- 1, 2, 3… of its payment
  nth          INTEGER NOT NULL CHECK (nth >= 1),
  kind         TEXT NOT NULL CHECK (kind IN ('authorise', 'capture', 'refund', 'reverse', 'cancel', 'expire')),
  amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
  currency     TEXT NOT NULL CHECK (length(currency) = 3),
  terminal_id  TEXT NOT NULL,
  -- the event that tells central of it
  event_seq    INTEGER NOT NULL UNIQUE REFERENCES outbox (seq) DEFERRABLE INITIALLY DEFERRED,
  reference    TEXT,
  moved_at     TEXT NOT NULL,
  UNIQUE (payment_id, nth),
  CHECK ((reference IS NOT NULL) = (kind IN ('capture', 'refund', 'reverse')))
) STRICT;

INSERT INTO payment_move (move_id, payment_id, nth, kind, amount_minor, currency, terminal_id, event_seq, reference, moved_at)
SELECT p.result_of, p.payment_id, 1, 'capture', p.amount_minor, p.currency, p.terminal_id, o.seq, p.reference, p.captured_at
FROM outbox o CROSS JOIN payment p ON p.payment_id = json_extract(o.data_json, '$.paymentId')
WHERE o.type = 'payment.captured';

CREATE TABLE attempt_next (
  request_id   TEXT PRIMARY KEY,
  input_hash   TEXT NOT NULL,
  payment_id   TEXT NOT NULL REFERENCES payment (payment_id) DEFERRABLE INITIALLY DEFERRED,
  terminal_id  TEXT NOT NULL,
  shop_name    TEXT NOT NULL,
  amount_minor INTEGER NOT NULL,
  currency     TEXT NOT NULL,
  outcome      TEXT NOT NULL CHECK (outcome IN ('paid', 'authorised', 'declined', 'fallback')),
  code         TEXT,
  reply_json   TEXT NOT NULL,
  decided_at   TEXT NOT NULL
) STRICT;
INSERT INTO attempt_next SELECT * FROM attempt;

-- A posting is one movement from account to account: it balances by construction (ADR 0006). The accounts: docs/ledger.md.
CREATE TABLE posting_next (
  posting_id   INTEGER PRIMARY KEY,
  move_id      TEXT NOT NULL REFERENCES payment_move (move_id),
  payment_id   TEXT NOT NULL REFERENCES payment (payment_id),
  line         INTEGER NOT NULL CHECK (line >= 1),
  debit        TEXT NOT NULL CHECK (debit GLOB 'receivable:shopper:?*' OR debit GLOB 'payable:merchant:?*'),
  credit       TEXT NOT NULL CHECK (credit GLOB 'receivable:shopper:?*' OR credit GLOB 'payable:merchant:?*'),
  amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
  currency     TEXT NOT NULL CHECK (length(currency) = 3),
  booked_at    TEXT NOT NULL,
  CHECK (debit <> credit),
  UNIQUE (move_id, line)
) STRICT;
INSERT INTO posting_next (posting_id, move_id, payment_id, line, debit, credit, amount_minor, currency, booked_at)
SELECT b.posting_id, p.result_of, b.payment_id, b.line, b.debit, b.credit, b.amount_minor, b.currency, b.booked_at
FROM posting b JOIN payment p USING (payment_id);

DROP TABLE posting;
DROP TABLE attempt;
DROP TABLE payment;
ALTER TABLE payment_next RENAME TO payment;
ALTER TABLE attempt_next RENAME TO attempt;
ALTER TABLE posting_next RENAME TO posting;

-- What a terminal asked of a payment after the look: idempotency key, hash of its input, and the answer that every repeat
-- gets, a refusal too.
CREATE TABLE move_request (
  request_id   TEXT PRIMARY KEY,
  input_hash   TEXT NOT NULL,
  kind         TEXT NOT NULL CHECK (kind IN ('capture', 'refund', 'reverse', 'cancel')),
  payment_id   TEXT NOT NULL,
  terminal_id  TEXT NOT NULL,
  amount_minor INTEGER NOT NULL,
  currency     TEXT NOT NULL,
  -- why it was refused; null where it was done
  code         TEXT,
  reply_json   TEXT,
  decided_at   TEXT NOT NULL,
  CHECK ((code IS NULL) = (reply_json IS NOT NULL))
) STRICT;

CREATE INDEX attempt_by_time ON attempt (decided_at);
-- How often somebody has paid at a shop makes them its regular.
CREATE INDEX payment_by_shopper ON payment (shopper_id, shop_id) WHERE captured_at IS NOT NULL;
CREATE INDEX payment_by_shop ON payment (shop_id, captured_at) WHERE captured_at IS NOT NULL;
CREATE INDEX payment_to_expire ON payment (expires_at) WHERE state = 'authorised';
-- What a terminal has given back today.
CREATE INDEX refund_by_terminal ON payment_move (terminal_id, moved_at) WHERE kind = 'refund';

CREATE TRIGGER payment_move_is_allowed BEFORE INSERT ON payment_move
BEGIN
  SELECT RAISE(ABORT, 'this move is not in the table of allowed moves')
  WHERE NOT EXISTS (
    SELECT 1 FROM allowed_move
    WHERE from_state = coalesce((SELECT state FROM payment WHERE payment_id = NEW.payment_id), 'new') AND move = NEW.kind);
  SELECT RAISE(ABORT, 'moves of a payment are numbered without a gap')
  WHERE NEW.nth <> (SELECT count(*) + 1 FROM payment_move WHERE payment_id = NEW.payment_id);
  SELECT RAISE(ABORT, 'a move is in the payment''s currency, of all of it or a refund of what is left')
  FROM payment p
  WHERE p.payment_id = NEW.payment_id
    AND (NEW.currency <> p.currency
      OR (NEW.kind <> 'refund' AND NEW.amount_minor <> p.amount_minor)
      OR (NEW.kind = 'refund' AND NEW.amount_minor + (
            SELECT coalesce(sum(amount_minor), 0) FROM payment_move
            WHERE payment_id = NEW.payment_id AND kind = 'refund') > p.amount_minor));
END;
CREATE TRIGGER payment_move_never_changes BEFORE UPDATE ON payment_move
BEGIN SELECT RAISE(ABORT, 'moves are append-only'); END;
CREATE TRIGGER payment_move_is_kept BEFORE DELETE ON payment_move
BEGIN SELECT RAISE(ABORT, 'moves are append-only'); END;

-- A payment's state is where its last move has led, and nothing else.
CREATE TRIGGER payment_begins_by_a_move BEFORE INSERT ON payment
WHEN NEW.state <> 'declined' AND NOT EXISTS (
  SELECT 1 FROM payment_move m JOIN allowed_move a ON a.move = m.kind
  WHERE m.payment_id = NEW.payment_id AND m.nth = 1 AND m.amount_minor = NEW.amount_minor AND m.currency = NEW.currency
    AND a.from_state = 'new' AND a.to_state = NEW.state)
BEGIN SELECT RAISE(ABORT, 'a payment changes by an allowed move only'); END;
CREATE TRIGGER payment_changes_by_a_move BEFORE UPDATE ON payment
WHEN NOT (OLD.state = 'declined' AND NEW.state = 'declined') AND NOT EXISTS (
  SELECT 1 FROM payment_move m JOIN allowed_move a ON a.move = m.kind
  WHERE m.payment_id = NEW.payment_id AND m.nth = (SELECT max(nth) FROM payment_move WHERE payment_id = NEW.payment_id)
    AND a.from_state = OLD.state AND a.to_state = NEW.state)
BEGIN SELECT RAISE(ABORT, 'a payment changes by an allowed move only'); END;
CREATE TRIGGER payment_refunds_are_its_moves BEFORE UPDATE ON payment
WHEN NEW.refunded_minor <> OLD.refunded_minor AND NEW.refunded_minor <> (
  SELECT coalesce(sum(amount_minor), 0) FROM payment_move WHERE payment_id = NEW.payment_id AND kind = 'refund')
BEGIN SELECT RAISE(ABORT, 'what is refunded is the sum of the refunds'); END;
CREATE TRIGGER payment_terms_are_fixed BEFORE UPDATE ON payment
WHEN NEW.payment_id <> OLD.payment_id OR NEW.terminal_id <> OLD.terminal_id OR NEW.shop_id <> OLD.shop_id
  OR NEW.merchant_id <> OLD.merchant_id OR NEW.amount_minor <> OLD.amount_minor OR NEW.currency <> OLD.currency
BEGIN SELECT RAISE(ABORT, 'the terms of a payment never change'); END;
CREATE TRIGGER payment_facts_are_fixed BEFORE UPDATE ON payment
WHEN (OLD.shopper_id IS NOT NULL AND NEW.shopper_id IS NOT OLD.shopper_id)
  OR (OLD.authorised_at IS NOT NULL AND NEW.authorised_at IS NOT OLD.authorised_at)
  OR (OLD.expires_at IS NOT NULL AND NEW.expires_at IS NOT OLD.expires_at)
  OR (OLD.captured_at IS NOT NULL AND NEW.captured_at IS NOT OLD.captured_at)
  OR (OLD.reference IS NOT NULL AND NEW.reference IS NOT OLD.reference)
BEGIN SELECT RAISE(ABORT, 'what was said of a payment never changes'); END;
CREATE TRIGGER payment_is_kept BEFORE DELETE ON payment
BEGIN SELECT RAISE(ABORT, 'payments are never deleted'); END;

CREATE TRIGGER attempt_never_changes BEFORE UPDATE ON attempt
BEGIN SELECT RAISE(ABORT, 'attempts are append-only'); END;
CREATE TRIGGER attempt_is_kept BEFORE DELETE ON attempt
BEGIN SELECT RAISE(ABORT, 'attempts are append-only'); END;
CREATE TRIGGER move_request_never_changes BEFORE UPDATE ON move_request
BEGIN SELECT RAISE(ABORT, 'requests are append-only'); END;
CREATE TRIGGER move_request_is_kept BEFORE DELETE ON move_request
BEGIN SELECT RAISE(ABORT, 'requests are append-only'); END;
-- One id, one request, of whichever kind.
CREATE TRIGGER attempt_has_its_own_id BEFORE INSERT ON attempt
WHEN EXISTS (SELECT 1 FROM move_request WHERE request_id = NEW.request_id)
BEGIN SELECT RAISE(ABORT, 'this id is of another request'); END;
CREATE TRIGGER move_request_has_its_own_id BEFORE INSERT ON move_request
WHEN EXISTS (SELECT 1 FROM attempt WHERE request_id = NEW.request_id)
BEGIN SELECT RAISE(ABORT, 'this id is of another request'); END;

CREATE TRIGGER posting_never_changes BEFORE UPDATE ON posting
BEGIN SELECT RAISE(ABORT, 'postings are append-only'); END;
CREATE TRIGGER posting_is_kept BEFORE DELETE ON posting
BEGIN SELECT RAISE(ABORT, 'postings are append-only'); END;
CREATE TRIGGER posting_of_a_booked_move BEFORE INSERT ON posting
WHEN NOT EXISTS (
  SELECT 1 FROM payment_move m
  WHERE m.move_id = NEW.move_id AND m.payment_id = NEW.payment_id AND m.currency = NEW.currency
    AND m.kind IN ('capture', 'refund', 'reverse')
    AND NEW.amount_minor + (SELECT coalesce(sum(amount_minor), 0) FROM posting WHERE move_id = NEW.move_id) <= m.amount_minor)
BEGIN SELECT RAISE(ABORT, 'a posting belongs to a move and is never more than it'); END;
