-- verify: SELECT subscription, next FROM flow_counter WHERE 0
CREATE TABLE IF NOT EXISTS flow_counter (
  subscription VARCHAR(35) NOT NULL,
  next INT NOT NULL,
  PRIMARY KEY (subscription)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin
  COMMENT='the next sequence number of a subscription';
