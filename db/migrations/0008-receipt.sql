-- verify: SELECT id, payment_id, creditor, token, created_at, seq FROM receipt WHERE 0
CREATE TABLE IF NOT EXISTS receipt (
  id BIGINT NOT NULL,
  payment_id BIGINT NOT NULL,
  creditor VARCHAR(35) NOT NULL COMMENT 'the Ente that it is for',
  token VARCHAR(35) NOT NULL COMMENT 'receiptId',
  created_at DATETIME(6) NOT NULL,
  seq BIGINT NULL COMMENT 'given after commit by the sequencer: the pull cursor',
  PRIMARY KEY (id),
  UNIQUE KEY payment (payment_id, creditor),
  UNIQUE KEY seq (seq),
  KEY pulled (creditor, seq)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin
  COMMENT='what an Ente among the transfers may claim: one each, its id is the token';
