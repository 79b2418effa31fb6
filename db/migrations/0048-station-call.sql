-- verify: SELECT creditor, notice_number, id, until FROM station_call WHERE 0
CREATE TABLE IF NOT EXISTS station_call (
  creditor VARCHAR(35) NOT NULL,
  notice_number CHAR(18) NOT NULL,
  id BIGINT NOT NULL COMMENT 'of the activation that asks: who finds another one here changes nothing [F50]',
  until DATETIME(6) NOT NULL COMMENT 'its deadline: an answer that comes later changes nothing, and another may ask',
  PRIMARY KEY (creditor, notice_number),
  KEY until (until)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin
  COMMENT='activations that ask an Ente''s station at this moment: gone when it answered [I4]';
