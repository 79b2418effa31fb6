-- verify: SELECT id, cut_off FROM flow WHERE 0
ALTER TABLE flow ADD COLUMN IF NOT EXISTS cut_off DATETIME(6) NULL COMMENT 'end of the period, of a flow without settlements' AFTER created_at;
