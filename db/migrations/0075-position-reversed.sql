-- verify: SELECT reversed_count FROM position WHERE 0
ALTER TABLE position ADD COLUMN IF NOT EXISTS reversed_count INT NOT NULL DEFAULT 0
  COMMENT 'payments of it that were reversed: their receipts tell what it says, so that stays';
