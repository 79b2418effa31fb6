-- verify: SELECT metadata FROM instalment WHERE 0
ALTER TABLE instalment
  ADD COLUMN IF NOT EXISTS metadata TEXT COMMENT 'of this notice, told after the position''s: key TAB value LF';
