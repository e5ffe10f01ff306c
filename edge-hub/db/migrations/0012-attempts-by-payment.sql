-- Attempts are written before their payment, whose key is checked at the commit: each new payment is looked for among them, which
-- without this index reads all that there have ever been.
CREATE INDEX attempt_by_payment ON attempt (payment_id);
-- Nobody asks for attempts by their time.
DROP INDEX attempt_by_time;
