-- What this hub may spend of each shopper's money (shared/domain/allowance.ts): sums since the beginning. What a payment takes
-- follows its own row by the triggers below, so that no way of writing one can forget it, and a payment that would spend
-- more than is there does not commit.
CREATE TABLE allowance (
  shopper_id     TEXT NOT NULL,
  currency       TEXT NOT NULL CHECK (length(currency) = 3),
  granted_minor  INTEGER NOT NULL DEFAULT 0 CHECK (granted_minor >= 0),
  returned_minor INTEGER NOT NULL DEFAULT 0 CHECK (returned_minor >= 0),
  used_minor     INTEGER NOT NULL DEFAULT 0 CHECK (used_minor >= 0),
  -- payments taken without central: how many, how much, and since when it was not heard
  offline_count  INTEGER NOT NULL DEFAULT 0,
  offline_minor  INTEGER NOT NULL DEFAULT 0,
  offline_since  TEXT,
  PRIMARY KEY (shopper_id, currency),
  CHECK (used_minor + returned_minor <= granted_minor)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER allowance_sums_never_fall BEFORE UPDATE ON allowance
WHEN NEW.granted_minor < OLD.granted_minor OR NEW.returned_minor < OLD.returned_minor
BEGIN SELECT RAISE(ABORT, 'what was granted or returned is never taken back'); END;
CREATE TRIGGER allowance_is_kept BEFORE DELETE ON allowance
BEGIN SELECT RAISE(ABORT, 'allowances are never deleted'); END;

-- Whether a payment is taken from an allowance: those from before there were any, and those that are billed, are not.
ALTER TABLE payment ADD COLUMN on_allowance INTEGER NOT NULL DEFAULT 0 CHECK (on_allowance IN (0, 1));

CREATE TRIGGER payment_stays_on_its_allowance BEFORE UPDATE ON payment
WHEN NEW.on_allowance <> OLD.on_allowance AND OLD.state <> 'declined'
BEGIN SELECT RAISE(ABORT, 'a payment stays on the allowance that it was taken from'); END;
CREATE TRIGGER payment_takes_from_its_allowance AFTER INSERT ON payment
WHEN NEW.on_allowance = 1
BEGIN
  SELECT RAISE(ABORT, 'there is no such allowance')
  WHERE NOT EXISTS (SELECT 1 FROM allowance WHERE shopper_id = NEW.shopper_id AND currency = NEW.currency);
  UPDATE allowance SET used_minor = used_minor +
    CASE WHEN NEW.state IN ('authorised', 'captured', 'partly_refunded') THEN NEW.amount_minor - NEW.refunded_minor ELSE 0 END
  WHERE shopper_id = NEW.shopper_id AND currency = NEW.currency;
END;
CREATE TRIGGER payment_changes_its_allowance AFTER UPDATE ON payment
WHEN NEW.on_allowance = 1
BEGIN
  SELECT RAISE(ABORT, 'there is no such allowance')
  WHERE NOT EXISTS (SELECT 1 FROM allowance WHERE shopper_id = NEW.shopper_id AND currency = NEW.currency);
  UPDATE allowance SET used_minor = used_minor +
    CASE WHEN NEW.state IN ('authorised', 'captured', 'partly_refunded') THEN NEW.amount_minor - NEW.refunded_minor ELSE 0 END -
    CASE WHEN OLD.state IN ('authorised', 'captured', 'partly_refunded') THEN OLD.amount_minor - OLD.refunded_minor ELSE 0 END
  WHERE shopper_id = NEW.shopper_id AND currency = NEW.currency;
END;

-- Who may not pay now, as central said last; the version is a setting.
CREATE TABLE blocked_shopper (
  shopper_id TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;
