-- verify: SELECT payment_id, transfer_number, attachment FROM payment_stamp WHERE 0
CREATE TABLE IF NOT EXISTS payment_stamp (
  payment_id BIGINT NOT NULL,
  transfer_number TINYINT NOT NULL,
  attachment MEDIUMTEXT NOT NULL COMMENT 'MBDAttachment: base64, as it came',
  PRIMARY KEY (payment_id, transfer_number)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin
  COMMENT='marche da bollo that came with an outcome: append-only by grant';
