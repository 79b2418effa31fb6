-- verify: SELECT id, position_id, number, kind, amount_cents, instalment_count FROM payment_option WHERE 0
CREATE TABLE IF NOT EXISTS payment_option (
  id BIGINT NOT NULL,
  position_id BIGINT NOT NULL,
  number TINYINT NOT NULL COMMENT 'from 1, as sent',
  kind VARCHAR(8) NOT NULL COMMENT 'single or plan',
  amount_cents BIGINT NOT NULL,
  instalment_count SMALLINT NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY number (position_id, number)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin
  COMMENT='a way to pay a position: at once, or by a plan; options exclude one another';
