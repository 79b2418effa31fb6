-- verify: SELECT creditor, aux_digit, code, next FROM iuv_block WHERE 0
CREATE TABLE IF NOT EXISTS iuv_block (
  creditor VARCHAR(35) NOT NULL,
  aux_digit TINYINT NOT NULL,
  code TINYINT NOT NULL COMMENT 'application or segregation code; -1: none',
  next BIGINT NOT NULL,
  PRIMARY KEY (creditor, aux_digit, code)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin
  COMMENT='from which number the next block of IUVs is reserved; gaps are allowed';
