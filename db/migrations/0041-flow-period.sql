-- verify: SELECT subscription, rule, ends_at, cut_off, state, flows, ver FROM flow_period WHERE 0
CREATE TABLE IF NOT EXISTS flow_period (
  subscription VARCHAR(35) NOT NULL,
  rule VARCHAR(100) NOT NULL COMMENT 'as the registry said it: another one begins anew',
  ends_at DATETIME(6) NOT NULL COMMENT 'of the period that is being closed, or was last',
  cut_off DATETIME(6) NOT NULL COMMENT 'it holds entries before this instant',
  state VARCHAR(12) NOT NULL COMMENT 'OPEN while it is settled, PLANNED when its flows are decided, CLOSED when they are published',
  flows INT NOT NULL DEFAULT 0 COMMENT 'of the subscription itself, in this period',
  ver INT NOT NULL DEFAULT 0 COMMENT 'compare-and-set [R3]: of two that close a period one does [F49]',
  PRIMARY KEY (subscription)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin
  COMMENT='where each scheduled subscription stands';
