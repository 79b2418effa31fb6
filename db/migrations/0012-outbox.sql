-- verify: SELECT id, receipt_id, payment_id, creditor, destination, kind, dedup_id, payload, state, ver, fence, owner, lease_until, attempts, next_at, last_error, created_at, done_at FROM outbox WHERE 0
CREATE TABLE IF NOT EXISTS outbox (
  id BIGINT NOT NULL,
  receipt_id BIGINT NOT NULL,
  payment_id BIGINT NOT NULL,
  creditor VARCHAR(35) NOT NULL COMMENT 'the Ente that is told',
  destination VARCHAR(35) NOT NULL COMMENT 'a registry code of the Ente',
  kind VARCHAR(16) NOT NULL COMMENT 'paSendRT, paSendRTV2, notifyPayment',
  dedup_id VARCHAR(70) NOT NULL COMMENT 'the same on each send [F11]',
  payload MEDIUMBLOB NOT NULL,
  state VARCHAR(12) NOT NULL COMMENT 'READY, CLAIMED, DONE, PARKED',
  ver INT NOT NULL DEFAULT 0,
  fence INT NOT NULL DEFAULT 0 COMMENT 'a worker whose lease was taken writes nothing [F50]',
  owner VARCHAR(70) NULL,
  lease_until DATETIME(6) NULL,
  attempts INT NOT NULL DEFAULT 0,
  next_at DATETIME(6) NOT NULL,
  last_error VARCHAR(200) NULL,
  created_at DATETIME(6) NOT NULL,
  done_at DATETIME(6) NULL,
  PRIMARY KEY (id),
  UNIQUE KEY receipt (receipt_id, destination),
  KEY due (state, next_at),
  KEY lease (state, lease_until),
  KEY payment (payment_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin
  COMMENT='what must be sent: bytes and id are fixed with the fact [I7]';
