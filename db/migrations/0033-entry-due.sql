-- verify: SELECT creditor, account, settles, entry_id FROM entry_due WHERE 0
CREATE TABLE IF NOT EXISTS entry_due (
  creditor VARCHAR(35) NOT NULL,
  account VARCHAR(34) NOT NULL,
  settles VARCHAR(4) NOT NULL,
  entry_id BIGINT NOT NULL,
  PRIMARY KEY (creditor, account, settles, entry_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin
  COMMENT='paid entries that no settlement holds yet: gone with the row of settlement_entry';
