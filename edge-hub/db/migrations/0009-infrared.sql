-- Whether a terminal's depth camera hands out infrared pictures, which its frames must then hold.
ALTER TABLE terminal ADD COLUMN infrared INTEGER NOT NULL DEFAULT 0 CHECK (infrared IN (0, 1) AND (depth = 1 OR infrared = 0));
