-- verify: SELECT name, last, owner, lease_until, fence FROM sequencer WHERE 0
CREATE TABLE IF NOT EXISTS sequencer (
  name VARCHAR(16) NOT NULL,
  last BIGINT NOT NULL,
  owner VARCHAR(70) NULL,
  lease_until DATETIME(6) NULL,
  fence INT NOT NULL DEFAULT 0,
  PRIMARY KEY (name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin
  COMMENT='the lease and the last number of the one sequencer';
