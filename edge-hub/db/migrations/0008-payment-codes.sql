-- The phone of each shopper, whose codes pay for them: a public key alone, nothing in here can make a code.
CREATE TABLE shopper_code_key (
  -- first half of the sha256 of the key
  key_id       TEXT PRIMARY KEY CHECK (length(key_id) = 32),
  shopper_id   TEXT NOT NULL UNIQUE REFERENCES shopper (shopper_id),
  -- SubjectPublicKeyInfo
  public_key   BLOB NOT NULL,
  -- when the newest code that was used here was made, seconds since 1970: it and all before it are used up
  last_made_at INTEGER NOT NULL DEFAULT 0 CHECK (last_made_at >= 0)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER used_codes_stay_used BEFORE UPDATE ON shopper_code_key
WHEN NEW.last_made_at <= OLD.last_made_at OR NEW.public_key IS NOT OLD.public_key
BEGIN SELECT RAISE(ABORT, 'a code is good once'); END;
