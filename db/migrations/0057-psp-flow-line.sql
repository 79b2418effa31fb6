-- verify: SELECT flow_id, n, iuv, iur, idx, amount_cents, outcome, paid_on, state, payment_id FROM psp_flow_line WHERE 0
CREATE TABLE IF NOT EXISTS psp_flow_line (
  flow_id BIGINT NOT NULL COMMENT 'psp_flow.id',
  n INT NOT NULL COMMENT 'place in the flow, from 1',
  iuv VARCHAR(35) NOT NULL,
  iur VARCHAR(35) NOT NULL COMMENT 'our token, where the payment is ours',
  idx TINYINT NOT NULL COMMENT 'of the transfer; 0: all of the Ente''s',
  amount_cents BIGINT NOT NULL,
  outcome CHAR(1) NOT NULL COMMENT '0 paid, 3 revoked, 9 paid without a request',
  paid_on DATE NOT NULL,
  state VARCHAR(12) NOT NULL COMMENT 'domain/psp_flow_line.def; NEW until it is matched',
  payment_id BIGINT NULL COMMENT 'the payment that it is about',
  PRIMARY KEY (flow_id, n), KEY payment (payment_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='what a PSP''s flow reports, line by line';
