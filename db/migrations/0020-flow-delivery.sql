-- verify: SELECT flow_id, target, state, delivered_at FROM flow_delivery WHERE 0
CREATE TABLE IF NOT EXISTS flow_delivery (
  flow_id BIGINT NOT NULL,
  target VARCHAR(500) NOT NULL COMMENT 'the path',
  state VARCHAR(12) NOT NULL COMMENT 'DELIVERED',
  delivered_at DATETIME(6) NULL,
  PRIMARY KEY (flow_id, target)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin
  COMMENT='where a flow was put';
