-- verify: SELECT caller, operation, ikey, content_hash, answer, created_at, valid_until FROM idempotency WHERE 0
CREATE TABLE IF NOT EXISTS idempotency (
  caller VARCHAR(35) NOT NULL,
  operation VARCHAR(40) NOT NULL,
  ikey VARCHAR(70) NOT NULL,
  content_hash BINARY(32) NOT NULL,
  answer MEDIUMBLOB NOT NULL,
  created_at DATETIME(6) NOT NULL,
  valid_until DATETIME(6) NOT NULL,
  PRIMARY KEY (caller, operation, ikey),
  KEY valid_until (valid_until)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin
  COMMENT='what was answered to a key [I2] [I6]';
