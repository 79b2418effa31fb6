-- verify: SELECT id, at, keep_until, family, key_id, request, answer FROM message WHERE 0
CREATE TABLE IF NOT EXISTS message (
  id BIGINT NOT NULL COMMENT 'of the exchange''s line in the journal',
  at DATETIME(6) NOT NULL,
  keep_until DATETIME(6) NOT NULL COMMENT 'message.days after at: no account of the program may delete it before',
  family VARCHAR(15) NOT NULL COMMENT 'message.keep names it',
  key_id BINARY(8) NULL COMMENT 'the key that request and answer are encrypted with; NULL: they are not',
  request MEDIUMBLOB NOT NULL COMMENT 'byte for byte, but for what passwords hold [I11]',
  answer MEDIUMBLOB NOT NULL COMMENT 'the same; empty: none came',
  PRIMARY KEY (id),
  KEY keep_until (keep_until)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin
  COMMENT='messages as they came and went, where message.keep asks for it: append-only by grant';
