-- Campaigns of central with this hub's share of their budgets (ADR 0035), and the discounts that were given of them. Sums follow
-- the rows by triggers, so that no way of writing a discount can forget them, and one that is more than the share has left
-- does not commit.
CREATE TABLE campaign (
  campaign_id TEXT PRIMARY KEY,
  -- null: of every merchant
  merchant_id TEXT,
  -- as central told it (shared/contracts/campaign.ts)
  terms_json  TEXT NOT NULL,
  starts_at   TEXT NOT NULL,
  ends_at     TEXT NOT NULL,
  stopped     INTEGER NOT NULL DEFAULT 0 CHECK (stopped IN (0, 1)),
  share_minor INTEGER NOT NULL CHECK (share_minor >= 0),
  given_minor INTEGER NOT NULL DEFAULT 0 CHECK (given_minor BETWEEN 0 AND share_minor)
) STRICT;

CREATE INDEX campaign_by_end ON campaign (ends_at) WHERE stopped = 0;

CREATE TRIGGER campaign_terms_are_fixed BEFORE UPDATE ON campaign
WHEN NEW.campaign_id <> OLD.campaign_id OR NEW.merchant_id IS NOT OLD.merchant_id OR NEW.terms_json <> OLD.terms_json
  OR NEW.starts_at <> OLD.starts_at OR NEW.ends_at <> OLD.ends_at OR NEW.share_minor <> OLD.share_minor
  OR NEW.given_minor < OLD.given_minor OR NEW.stopped < OLD.stopped
BEGIN SELECT RAISE(ABORT, 'a campaign only gives and ends'); END;
CREATE TRIGGER campaign_is_kept BEFORE DELETE ON campaign
BEGIN SELECT RAISE(ABORT, 'campaigns are never deleted'); END;

-- Each is a posting: one movement from account to account. It goes with a move of its payment.
CREATE TABLE discount (
  -- of the event that tells central of it
  event_seq    INTEGER PRIMARY KEY REFERENCES outbox (seq) DEFERRABLE INITIALLY DEFERRED,
  campaign_id  TEXT NOT NULL REFERENCES campaign (campaign_id),
  payment_id   TEXT NOT NULL REFERENCES payment (payment_id),
  move_id      TEXT NOT NULL UNIQUE REFERENCES payment_move (move_id),
  kind         TEXT NOT NULL CHECK (kind IN ('given', 'returned')),
  debit        TEXT NOT NULL CHECK (debit GLOB 'receivable:shopper:?*' OR debit GLOB 'payable:merchant:?*'
                                    OR debit = 'expense:campaigns'),
  credit       TEXT NOT NULL CHECK (credit GLOB 'receivable:shopper:?*' OR credit GLOB 'payable:merchant:?*'
                                    OR credit = 'expense:campaigns'),
  amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
  currency     TEXT NOT NULL CHECK (length(currency) = 3),
  booked_at    TEXT NOT NULL,
  CHECK (debit <> credit)
) STRICT;

CREATE UNIQUE INDEX discount_once_a_payment ON discount (payment_id) WHERE kind = 'given';
CREATE INDEX discount_by_payment ON discount (payment_id);

CREATE TRIGGER discount_goes_with_a_move BEFORE INSERT ON discount
BEGIN
  SELECT RAISE(ABORT, 'a discount goes with the capture, what is gone of it with a refund or reversal')
  WHERE NOT EXISTS (
    SELECT 1 FROM payment_move m
    WHERE m.move_id = NEW.move_id AND m.payment_id = NEW.payment_id AND m.currency = NEW.currency
      AND CASE NEW.kind WHEN 'given' THEN m.kind = 'capture' AND NEW.amount_minor < m.amount_minor
                        ELSE m.kind IN ('refund', 'reverse') AND NEW.amount_minor <= m.amount_minor END);
  SELECT RAISE(ABORT, 'no more of a discount goes than was given')
  WHERE NEW.kind = 'returned' AND NEW.amount_minor > (
    SELECT coalesce(sum(CASE kind WHEN 'given' THEN amount_minor ELSE -amount_minor END), 0)
    FROM discount WHERE payment_id = NEW.payment_id AND campaign_id = NEW.campaign_id);
END;
CREATE TRIGGER discount_is_of_the_share AFTER INSERT ON discount
WHEN NEW.kind = 'given'
BEGIN
  UPDATE campaign SET given_minor = given_minor + NEW.amount_minor WHERE campaign_id = NEW.campaign_id;
END;
-- What is not paid is not taken from the shopper's allowance.
CREATE TRIGGER discount_changes_the_allowance AFTER INSERT ON discount
WHEN (SELECT on_allowance FROM payment WHERE payment_id = NEW.payment_id) = 1
BEGIN
  UPDATE allowance SET used_minor = used_minor + CASE NEW.kind WHEN 'given' THEN -NEW.amount_minor ELSE NEW.amount_minor END
  WHERE currency = NEW.currency AND shopper_id = (SELECT shopper_id FROM payment WHERE payment_id = NEW.payment_id);
END;
CREATE TRIGGER discount_never_changes BEFORE UPDATE ON discount
BEGIN SELECT RAISE(ABORT, 'discounts are append-only'); END;
CREATE TRIGGER discount_is_kept BEFORE DELETE ON discount
BEGIN SELECT RAISE(ABORT, 'discounts are append-only'); END;
