-- verify: SELECT payment_id FROM psp_flow_again WHERE 0
CREATE TABLE IF NOT EXISTS psp_flow_again (
  payment_id BIGINT NOT NULL,
  PRIMARY KEY (payment_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='payments whose money is in suspense: lines that PSPs'' flows had of them before are to be looked at again';
