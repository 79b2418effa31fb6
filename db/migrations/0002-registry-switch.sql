-- verify: SELECT kind, code, stopped_at, stopped_by, reason FROM registry_switch WHERE 0
CREATE TABLE IF NOT EXISTS registry_switch (
  kind VARCHAR(12) NOT NULL COMMENT 'ente, channel or gateway',
  code VARCHAR(35) NOT NULL,
  stopped_at DATETIME(6) NOT NULL,
  stopped_by VARCHAR(70) NOT NULL COMMENT 'operator/…',
  reason VARCHAR(200) NOT NULL,
  PRIMARY KEY (kind, code)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin
  COMMENT='kill switches: what an operator stopped; a row is there while it is stopped';
