-- verify: SELECT id, flow_id, kind, subscription, creditor, account, settles, state, ver, day, cut_off, entry_count, total_cents, created_at, open_key FROM settlement WHERE 0
CREATE TABLE IF NOT EXISTS settlement (
  id BIGINT NOT NULL,
  flow_id VARCHAR(35) NOT NULL COMMENT 'identificativoFlusso, also in the transfer''s causale',
  kind VARCHAR(16) NOT NULL COMMENT 'riversamento',
  subscription VARCHAR(35) NOT NULL COMMENT 'whose period it is',
  creditor VARCHAR(35) NOT NULL,
  account VARCHAR(34) NOT NULL,
  settles VARCHAR(4) NOT NULL,
  state VARCHAR(12) NOT NULL COMMENT 'OPEN while entries join, then SEALED',
  ver INT NOT NULL DEFAULT 0,
  day DATE NOT NULL COMMENT 'accounting day of the closing, Europe/Rome',
  cut_off DATETIME(6) NOT NULL COMMENT 'entries before this instant',
  entry_count INT NOT NULL DEFAULT 0,
  total_cents BIGINT NOT NULL DEFAULT 0,
  created_at DATETIME(6) NOT NULL,
  open_key VARCHAR(160) AS (IF(state = 'OPEN', CONCAT_WS(' ', kind, creditor, account, settles), NULL)) PERSISTENT COMMENT 'one OPEN each [R4]',
  PRIMARY KEY (id),
  UNIQUE KEY flow_id (flow_id),
  UNIQUE KEY open_key (open_key),
  KEY subscription (subscription, state, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin
  COMMENT='an Ente account''s money of one period: one FdR, one credit transfer';
