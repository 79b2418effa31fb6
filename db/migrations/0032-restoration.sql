-- verify: SELECT id, made_at FROM restoration WHERE 0
CREATE TABLE IF NOT EXISTS restoration (
  id BIGINT NOT NULL,
  made_at DATETIME(6) NOT NULL,
  PRIMARY KEY (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin
  COMMENT='restores from a backup: counters that begin later leave numbers out too [F45]';
