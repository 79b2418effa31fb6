-- verify: SELECT version, imported_at, imported_by, base_version, sha256, document FROM registry_version WHERE 0
CREATE TABLE IF NOT EXISTS registry_version (
  version BIGINT NOT NULL COMMENT '1, 2, 3, …: the highest is the one in force',
  imported_at DATETIME(6) NOT NULL,
  imported_by VARCHAR(70) NOT NULL COMMENT 'operator/…',
  base_version BIGINT NOT NULL COMMENT 'the version that was in force when this one was made; 0: none',
  sha256 BINARY(32) NOT NULL COMMENT 'of document',
  document LONGTEXT NOT NULL COMMENT 'the merged document in canonical form, conf/registry.xsd; no password in it',
  PRIMARY KEY (version)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin
  COMMENT='the registry, each import whole: rows are added, never changed';
