-- verify: SELECT shares FROM payment WHERE 0
ALTER TABLE payment ADD COLUMN IF NOT EXISTS shares BINARY(8) NULL COMMENT 'who was to have what when it began: the head of a SHA-256; NULL: begun before this was kept, or elsewhere';
