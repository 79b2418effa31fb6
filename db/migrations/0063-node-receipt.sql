-- verify: SELECT payment_id, psp_name, psp_fiscal_code, psp_vat, channel_description, paid_at, created_at FROM node_receipt WHERE 0
CREATE TABLE IF NOT EXISTS node_receipt (
  payment_id BIGINT NOT NULL,
  psp_name VARCHAR(70) NOT NULL,
  psp_fiscal_code VARCHAR(70) NULL,
  psp_vat VARCHAR(20) NULL,
  channel_description VARCHAR(35) NOT NULL,
  paid_at DATETIME(6) NULL COMMENT 'when the payer paid, as the receipt says',
  created_at DATETIME(6) NOT NULL,
  PRIMARY KEY (payment_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='who collected a payment made elsewhere, as the node told it: the registry may not know them';
