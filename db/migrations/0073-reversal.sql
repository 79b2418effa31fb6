-- verify: SELECT id, payment_id, amount_cents, was, reference, reason, made_by, ikey, day, created_at FROM reversal WHERE 0
CREATE TABLE IF NOT EXISTS reversal (
  id BIGINT NOT NULL COMMENT 'time-ordered random, made before the transaction [R12]; the fact of its entries',
  payment_id BIGINT NOT NULL,
  amount_cents BIGINT NOT NULL COMMENT 'given back: all of the payment, without the fee, which the PSP keeps',
  was VARCHAR(12) NOT NULL COMMENT 'state of the payment before it',
  reference VARCHAR(35) NOT NULL COMMENT 'the collector''s id of the revocation',
  reason VARCHAR(140) NOT NULL,
  made_by VARCHAR(70) NOT NULL COMMENT 'operator/…',
  ikey VARCHAR(80) NOT NULL COMMENT 'the operator''s: said again, it is the same reversal [I6]',
  day DATE NOT NULL COMMENT 'accounting day, Europe/Rome',
  created_at DATETIME(6) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY payment (payment_id),
  UNIQUE KEY ikey (made_by, ikey)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin
  COMMENT='payments whose money was given back: once each, append-only by grant [I5]';
