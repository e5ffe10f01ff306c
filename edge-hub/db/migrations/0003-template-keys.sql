-- The template key that the sealed embedding was transformed by (docs/templates.md); null: by none, as before keys.
ALTER TABLE template ADD COLUMN key_id TEXT;

-- What is under another key than the one in force is counted and found without reading the templates.
CREATE INDEX template_by_key ON template (key_id);

-- Rows of zeros, written and deleted after an erasure: SQLite's working memory is overwritten by them.
CREATE TABLE overwriting (
  bytes BLOB NOT NULL
) STRICT;
