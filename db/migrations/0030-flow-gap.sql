-- verify: SELECT subscription, first, last, made_at FROM flow_gap WHERE 0
CREATE TABLE IF NOT EXISTS flow_gap (
  subscription VARCHAR(35) NOT NULL,
  first INT NOT NULL,
  last INT NOT NULL,
  made_at DATETIME(6) NOT NULL,
  PRIMARY KEY (subscription, first)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin
  COMMENT='sequence numbers left out after a restore: a receiver may hold flows with them [F45]';
