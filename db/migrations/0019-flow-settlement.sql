-- verify: SELECT flow_id, settlement_id, subscription FROM flow_settlement WHERE 0
CREATE TABLE IF NOT EXISTS flow_settlement (
  flow_id BIGINT NOT NULL,
  settlement_id BIGINT NOT NULL,
  subscription VARCHAR(35) NOT NULL,
  PRIMARY KEY (flow_id, settlement_id),
  UNIQUE KEY settlement (settlement_id, subscription)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin
  COMMENT='which settlement is in which flow: once a subscription [I8]';
