-- Other ways to pay than by face.

-- How who was charged has said who they are. Null: nobody was, or it was by face, before there were other ways.
ALTER TABLE payment ADD COLUMN way TEXT CHECK (way IN ('face', 'code', 'phone'));
CREATE TRIGGER payment_way_is_fixed BEFORE UPDATE ON payment
WHEN OLD.way IS NOT NULL AND NEW.way IS NOT OLD.way
BEGIN SELECT RAISE(ABORT, 'what was said of a payment never changes'); END;

-- Whose phone number it is. The fingerprint is keyed by the hub's key, which is not in here: no number can be tried on it.
CREATE TABLE shopper_phone (
  fingerprint TEXT PRIMARY KEY CHECK (length(fingerprint) = 64),
  shopper_id  TEXT NOT NULL UNIQUE REFERENCES shopper (shopper_id)
) STRICT, WITHOUT ROWID;

-- Wrong PINs with a phone number count by themselves. Constraints of a table cannot be altered: it is made anew.
CREATE TABLE wrong_answers_next (
  scope        TEXT NOT NULL CHECK (scope IN ('digits', 'pin', 'phone', 'terminal')),
  subject_id   TEXT NOT NULL,
  -- since the last right answer or the last lock
  failures     INTEGER NOT NULL CHECK (failures >= 0),
  -- locks since the last right answer: each is twice as long
  locks        INTEGER NOT NULL CHECK (locks >= 0),
  last_at      TEXT NOT NULL,
  locked_until TEXT,
  PRIMARY KEY (scope, subject_id)
) STRICT, WITHOUT ROWID;
INSERT INTO wrong_answers_next SELECT * FROM wrong_answers;
DROP TABLE wrong_answers;
ALTER TABLE wrong_answers_next RENAME TO wrong_answers;
