-- verify: SELECT journal_id, seq, hash FROM journal_seal WHERE 0
CREATE TABLE IF NOT EXISTS journal_seal (
  journal_id BIGINT NOT NULL,
  seq BIGINT NOT NULL COMMENT 'place in the chain, from 1',
  hash BINARY(32) NOT NULL COMMENT 'SHA-256 of the place before''s hash and the line''s content',
  PRIMARY KEY (journal_id),
  UNIQUE KEY seq (seq)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin
  COMMENT='the journal''s lines in the order in which the sequencer found them committed, chained';
