-- verify: SELECT kind FROM entry WHERE 0
ALTER TABLE entry
  MODIFY kind VARCHAR(10) NOT NULL COMMENT 'collected, paid, fee, suspense; stamp: for a marca da bollo, which whoever collected sold; of a reversal returned, reversed, refunded, unstamped',
  MODIFY fact_id BIGINT NOT NULL COMMENT 'the payment or the reversal';
