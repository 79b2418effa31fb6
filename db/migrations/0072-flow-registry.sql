-- verify: SELECT id, registry FROM flow WHERE 0
ALTER TABLE flow ADD COLUMN IF NOT EXISTS registry BIGINT NOT NULL DEFAULT 0 COMMENT 'version that its file was made from: it makes the same bytes for ever; 0: of before this was kept' AFTER size;
