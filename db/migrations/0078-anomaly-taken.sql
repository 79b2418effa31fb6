-- verify: SELECT taken_at FROM anomaly WHERE 0
ALTER TABLE anomaly ADD COLUMN IF NOT EXISTS taken_at DATETIME(6) NULL COMMENT 'when its owner took it; NULL: nobody has it, or since before this was kept' AFTER owner;
