-- verify: SELECT entry_id, paid_entry, reason, closed_by, closed_at FROM reversal_closed WHERE 0
CREATE TABLE IF NOT EXISTS reversal_closed (
  entry_id BIGINT NOT NULL COMMENT 'what no settlement takes back any more',
  paid_entry BIGINT NOT NULL COMMENT 'what was paid and joins none either; 0: it was settled, and the Ente gave it back otherwise',
  reason VARCHAR(140) NOT NULL COMMENT 'how it was settled',
  closed_by VARCHAR(70) NOT NULL COMMENT 'operator/…',
  closed_at DATETIME(6) NOT NULL,
  PRIMARY KEY (entry_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin
  COMMENT='reversed entries that waited for money of their account, and that a person settled otherwise: append-only by grant';
