-- verify: SELECT id, kind, payment_id, creditor, amount_cents, state, ver, created_at FROM anomaly WHERE 0
CREATE TABLE IF NOT EXISTS anomaly (
  id BIGINT NOT NULL,
  kind VARCHAR(32) NOT NULL COMMENT 'late, duplicate, amount-differs, outcome-contradicts',
  payment_id BIGINT NOT NULL,
  creditor VARCHAR(35) NOT NULL,
  amount_cents BIGINT NOT NULL COMMENT 'what is in question',
  state VARCHAR(12) NOT NULL COMMENT 'OPEN or CLOSED',
  ver INT NOT NULL DEFAULT 0,
  created_at DATETIME(6) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY payment (payment_id, kind),
  KEY listed (creditor, state, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin
  COMMENT='money that needs a look: named, never dropped [I4]';
