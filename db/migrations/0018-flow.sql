-- verify: SELECT id, subscription, seq, message_id, format, party, name, state, ver, record_count, total_cents, created_at, day, sha256, size, published_at FROM flow WHERE 0
CREATE TABLE IF NOT EXISTS flow (
  id BIGINT NOT NULL,
  subscription VARCHAR(35) NOT NULL,
  seq INT NOT NULL COMMENT 'without gaps: the receiver sees a lost one',
  message_id VARCHAR(35) NOT NULL COMMENT 'identificativoFlusso or MsgId',
  format VARCHAR(35) NOT NULL,
  party VARCHAR(35) NOT NULL COMMENT 'the Ente or the bank',
  name VARCHAR(200) NOT NULL COMMENT 'file name, generated',
  state VARCHAR(12) NOT NULL COMMENT 'MADE, PUBLISHED',
  ver INT NOT NULL DEFAULT 0,
  record_count INT NOT NULL,
  total_cents BIGINT NOT NULL,
  created_at DATETIME(6) NOT NULL COMMENT 'stands in the file: a rerun makes the same bytes [F13]',
  day DATE NOT NULL,
  sha256 BINARY(32) NULL,
  size BIGINT NULL,
  published_at DATETIME(6) NULL,
  PRIMARY KEY (id),
  UNIQUE KEY seq (subscription, seq),
  UNIQUE KEY name (subscription, name),
  KEY state (state, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin
  COMMENT='a file for an Ente or a bank: published bytes never change [I8]';
