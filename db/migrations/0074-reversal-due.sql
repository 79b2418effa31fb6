-- verify: SELECT creditor, account, settles, entry_id, paid_entry FROM reversal_due WHERE 0
CREATE TABLE IF NOT EXISTS reversal_due (
  creditor VARCHAR(35) NOT NULL,
  account VARCHAR(34) NOT NULL,
  settles VARCHAR(4) NOT NULL,
  entry_id BIGINT NOT NULL COMMENT 'what is taken back',
  paid_entry BIGINT NOT NULL COMMENT 'what was paid, where no settlement held it yet: both join together; 0: one did',
  PRIMARY KEY (creditor, account, settles, entry_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin
  COMMENT='reversed entries that no settlement holds yet: they wait until their account is credited more';
