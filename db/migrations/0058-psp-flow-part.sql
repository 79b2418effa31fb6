-- verify: SELECT flow_id, n, bytes FROM psp_flow_part WHERE 0
CREATE TABLE IF NOT EXISTS psp_flow_part (
  flow_id BIGINT NOT NULL COMMENT 'psp_flow.id',
  n INT NOT NULL COMMENT 'from 0',
  bytes MEDIUMBLOB NOT NULL COMMENT '48 KiB of the document, COMPRESSed',
  PRIMARY KEY (flow_id, n)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='a PSP''s flow byte for byte, as the Ente fetches it';
