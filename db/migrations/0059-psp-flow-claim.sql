-- verify: SELECT entry_id, flow_id, line FROM psp_flow_claim WHERE 0
CREATE TABLE IF NOT EXISTS psp_flow_claim (
  entry_id BIGINT NOT NULL,
  flow_id BIGINT NOT NULL COMMENT 'psp_flow.id',
  line INT NOT NULL,
  PRIMARY KEY (entry_id), KEY line (flow_id, line)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='which line reports a paid entry: one at most [R4]';
