-- verify: SELECT creditor, destination, failures, turn, ver, since FROM outbox_lane WHERE 0
CREATE TABLE IF NOT EXISTS outbox_lane (
  creditor VARCHAR(35) NOT NULL,
  destination VARCHAR(35) NOT NULL COMMENT 'a registry code of the Ente',
  failures INT NOT NULL COMMENT 'sends in a row that failed',
  turn BIGINT NOT NULL DEFAULT 0 COMMENT 'the one notification that may be sent; the others are HELD; 0: all may',
  ver INT NOT NULL DEFAULT 0 COMMENT 'compare-and-set [R3]; whoever holds a notification bumps it [R5]',
  since DATETIME(6) NOT NULL COMMENT 'the first of these failures',
  PRIMARY KEY (creditor, destination)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin
  COMMENT='destinations that failed lately: their own queue [F59]';
