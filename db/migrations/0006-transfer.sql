-- verify: SELECT instalment_id, number, creditor, iban, amount_cents, taxonomy, remittance FROM transfer WHERE 0
CREATE TABLE IF NOT EXISTS transfer (
  instalment_id BIGINT NOT NULL,
  number TINYINT NOT NULL COMMENT '1 to 5, idTransfer on the wire',
  creditor VARCHAR(35) NOT NULL COMMENT 'the beneficiary',
  iban VARCHAR(34) NOT NULL,
  amount_cents BIGINT NOT NULL,
  taxonomy VARCHAR(140) NOT NULL,
  remittance VARCHAR(140) NOT NULL,
  PRIMARY KEY (instalment_id, number)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin
  COMMENT='one beneficiary''s share of an instalment, at most five';
