-- verify: SELECT id, option_id, position_id, creditor, number, notice_number, iuv, amount_cents, due_date, payable_until, description, state, ver FROM instalment WHERE 0
CREATE TABLE IF NOT EXISTS instalment (
  id BIGINT NOT NULL,
  option_id BIGINT NOT NULL,
  position_id BIGINT NOT NULL,
  creditor VARCHAR(35) NOT NULL,
  number SMALLINT NOT NULL COMMENT 'from 1 within its option',
  notice_number CHAR(18) NOT NULL,
  iuv VARCHAR(35) NOT NULL,
  amount_cents BIGINT NOT NULL,
  due_date DATE NOT NULL COMMENT 'civil, Europe/Rome',
  payable_until DATE NULL COMMENT 'after this day the notice is refused as expired; NULL: never',
  description VARCHAR(140) NOT NULL,
  state VARCHAR(12) NOT NULL COMMENT 'domain/position_state.def',
  ver INT NOT NULL DEFAULT 0,
  PRIMARY KEY (id),
  UNIQUE KEY notice_number (creditor, notice_number),
  UNIQUE KEY iuv (creditor, iuv),
  UNIQUE KEY number (option_id, number),
  KEY position (position_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin
  COMMENT='what one payment notice asks for';
