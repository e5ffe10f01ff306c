-- The gallery's snapshot (ADR 0017): opened templates, sealed again many at a time in files. A row is the key of one file,
-- and is there only as long as the file holds exactly what `template` has of the pack between the two ids: whatever
-- changes there takes the key away in the same transaction, and leaves the file noise.
CREATE TABLE gallery_chunk (
  chunk_id    TEXT PRIMARY KEY,
  -- pack, dimension and whatever else makes embeddings comparable
  space       TEXT NOT NULL,
  first_id    TEXT NOT NULL,
  last_id     TEXT NOT NULL CHECK (first_id <= last_id),
  row_count   INTEGER NOT NULL CHECK (row_count >= 0),
  wrapped_key BLOB NOT NULL,
  -- 0 while the file is being written
  written     INTEGER NOT NULL DEFAULT 0 CHECK (written IN (0, 1))
) STRICT;

CREATE TRIGGER gallery_chunk_ends_by_insert AFTER INSERT ON template BEGIN
  DELETE FROM gallery_chunk WHERE first_id <= NEW.template_id AND last_id >= NEW.template_id;
END;
CREATE TRIGGER gallery_chunk_ends_by_update AFTER UPDATE ON template BEGIN
  DELETE FROM gallery_chunk
  WHERE (first_id <= OLD.template_id AND last_id >= OLD.template_id)
     OR (first_id <= NEW.template_id AND last_id >= NEW.template_id);
END;
CREATE TRIGGER gallery_chunk_ends_by_delete AFTER DELETE ON template BEGIN
  DELETE FROM gallery_chunk WHERE first_id <= OLD.template_id AND last_id >= OLD.template_id;
END;
