-- verify: SELECT subscription, settlement_id FROM settlement_due WHERE 0
CREATE TABLE IF NOT EXISTS settlement_due (
  subscription VARCHAR(35) NOT NULL,
  settlement_id BIGINT NOT NULL,
  PRIMARY KEY (subscription, settlement_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin
  COMMENT='sealed settlements that a subscription is still to tell: gone with the row of flow_settlement';
