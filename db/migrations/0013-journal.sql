-- verify: SELECT id, at, actor, event, creditor, notice_number, token_hash, object_id, outcome, detail, duration_us, request_hash, answer_hash FROM journal WHERE 0
CREATE TABLE IF NOT EXISTS journal (
  id BIGINT NOT NULL,
  at DATETIME(6) NOT NULL,
  actor VARCHAR(70) NOT NULL COMMENT 'channel/…, caller/…, operator/…, worker',
  event VARCHAR(40) NOT NULL COMMENT 'the operation or the fact',
  creditor VARCHAR(35) NULL,
  notice_number VARCHAR(18) NULL,
  token_hash BINARY(8) NULL COMMENT 'the first bytes of the token''s SHA-256: tokens are secrets while they live [I11]',
  object_id BIGINT NULL COMMENT 'payment, position, settlement, …',
  outcome VARCHAR(50) NOT NULL,
  detail VARCHAR(200) NULL,
  duration_us BIGINT NULL,
  request_hash BINARY(32) NULL,
  answer_hash BINARY(32) NULL,
  PRIMARY KEY (id),
  KEY notice (creditor, notice_number),
  KEY object (object_id),
  KEY at (at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin
  COMMENT='what happened: append-only by grant';
