-- A hub that was restored from a backup may not spend what was granted to the life before (shared/domain/allowance.ts): a life
-- has a number, which central gives, and what earlier lives were granted is closed.
DROP TRIGGER allowance_sums_never_fall;
DROP TRIGGER allowance_is_kept;
DROP TRIGGER payment_takes_from_its_allowance;
DROP TRIGGER payment_changes_its_allowance;
ALTER TABLE allowance RENAME TO allowance_before;
CREATE TABLE allowance (
  shopper_id     TEXT NOT NULL,
  currency       TEXT NOT NULL CHECK (length(currency) = 3),
  granted_minor  INTEGER NOT NULL DEFAULT 0 CHECK (granted_minor >= 0),
  returned_minor INTEGER NOT NULL DEFAULT 0 CHECK (returned_minor >= 0),
  used_minor     INTEGER NOT NULL DEFAULT 0 CHECK (used_minor >= 0),
  -- granted to lives that are over, and neither used nor returned as this one knows it
  closed_minor   INTEGER NOT NULL DEFAULT 0,
  -- the life of the hub whose grants these are; of an earlier one than the hub's nothing is spent
  epoch          INTEGER NOT NULL DEFAULT 1 CHECK (epoch >= 1),
  -- payments taken without central: how many, how much, and since when it was not heard
  offline_count  INTEGER NOT NULL DEFAULT 0,
  offline_minor  INTEGER NOT NULL DEFAULT 0,
  offline_since  TEXT,
  PRIMARY KEY (shopper_id, currency),
  CHECK (used_minor + returned_minor + closed_minor <= granted_minor)
) STRICT, WITHOUT ROWID;
INSERT INTO allowance (shopper_id, currency, granted_minor, returned_minor, used_minor, offline_count, offline_minor, offline_since)
SELECT shopper_id, currency, granted_minor, returned_minor, used_minor, offline_count, offline_minor, offline_since
FROM allowance_before;
DROP TABLE allowance_before;

CREATE TRIGGER allowance_sums_never_fall BEFORE UPDATE ON allowance
WHEN NEW.granted_minor < OLD.granted_minor OR NEW.returned_minor < OLD.returned_minor OR NEW.epoch < OLD.epoch
BEGIN SELECT RAISE(ABORT, 'what was granted or returned is never taken back'); END;
CREATE TRIGGER allowance_of_a_life_stays_closed BEFORE UPDATE ON allowance
WHEN NEW.closed_minor <> OLD.closed_minor AND NEW.epoch = OLD.epoch
BEGIN SELECT RAISE(ABORT, 'what was granted to an earlier life stays closed'); END;
CREATE TRIGGER allowance_is_kept BEFORE DELETE ON allowance
BEGIN SELECT RAISE(ABORT, 'allowances are never deleted'); END;
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
