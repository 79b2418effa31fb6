-- verify: SELECT released_at FROM restoration WHERE 0
ALTER TABLE restoration
  ADD COLUMN IF NOT EXISTS released_at DATETIME(6) NULL COMMENT 'since when flows are made again; NULL: they wait for a person';
