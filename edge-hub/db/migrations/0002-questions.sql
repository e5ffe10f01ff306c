-- People with nearly the same face, one row each way: each of them gives the PIN at every payment.
CREATE TABLE look_alike (
  shopper_id TEXT NOT NULL REFERENCES shopper (shopper_id),
  other_id   TEXT NOT NULL REFERENCES shopper (shopper_id),
  found_at   TEXT NOT NULL,
  PRIMARY KEY (shopper_id, other_id),
  CHECK (shopper_id <> other_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX look_alike_by_other ON look_alike (other_id);

-- Wrong answers, and how long nobody is asked any more. `digits` and `pin` count by person, `terminal` by terminal.
CREATE TABLE wrong_answers (
  scope        TEXT NOT NULL CHECK (scope IN ('digits', 'pin', 'terminal')),
  subject_id   TEXT NOT NULL,
  -- since the last right answer or the last lock
  failures     INTEGER NOT NULL CHECK (failures >= 0),
  -- locks since the last right answer: each is twice as long
  locks        INTEGER NOT NULL CHECK (locks >= 0),
  last_at      TEXT NOT NULL,
  locked_until TEXT,
  PRIMARY KEY (scope, subject_id)
) STRICT, WITHOUT ROWID;

-- How often somebody has paid at a shop makes them its regular.
CREATE INDEX payment_by_shopper ON payment (shopper_id, shop_id) WHERE shopper_id IS NOT NULL;
