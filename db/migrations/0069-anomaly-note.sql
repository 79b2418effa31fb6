-- verify: SELECT anomaly_id, id, at, author, text FROM anomaly_note WHERE 0
CREATE TABLE IF NOT EXISTS anomaly_note (
  anomaly_id BIGINT NOT NULL COMMENT 'anomaly.id',
  id BIGINT NOT NULL COMMENT 'time-ordered random',
  at DATETIME(6) NOT NULL,
  author VARCHAR(70) NOT NULL COMMENT 'operator/…',
  text VARCHAR(1000) NOT NULL,
  PRIMARY KEY (anomaly_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='what people wrote down about an anomaly';
