-- verify: SELECT settlement_id, entry_id, kind FROM settlement_entry WHERE 0
CREATE TABLE IF NOT EXISTS settlement_entry (
  settlement_id BIGINT NOT NULL,
  entry_id BIGINT NOT NULL,
  kind VARCHAR(16) NOT NULL,
  PRIMARY KEY (settlement_id, entry_id),
  UNIQUE KEY entry (entry_id, kind)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin
  COMMENT='which entry is in which settlement: once a kind, for ever [I8]';
