-- verify: SELECT id, fact_id, payment_id, transfer_number, kind, creditor, account, instrument, settles, amount_cents, day, created_at FROM entry WHERE 0
CREATE TABLE IF NOT EXISTS entry (
  id BIGINT NOT NULL,
  fact_id BIGINT NOT NULL COMMENT 'the payment, later a reversal or credit',
  payment_id BIGINT NOT NULL,
  transfer_number TINYINT NOT NULL COMMENT '0: not of one transfer',
  kind VARCHAR(10) NOT NULL COMMENT 'collected, paid, fee, suspense',
  creditor VARCHAR(35) NOT NULL COMMENT 'the Ente whose money it is; the PSP for collected and fee',
  account VARCHAR(34) NOT NULL COMMENT 'IBAN to credit; empty where there is none',
  instrument VARCHAR(35) NOT NULL COMMENT 'the channel that collected',
  settles VARCHAR(4) NOT NULL,
  amount_cents BIGINT NOT NULL COMMENT 'signed',
  day DATE NOT NULL COMMENT 'accounting day, Europe/Rome',
  created_at DATETIME(6) NOT NULL,
  PRIMARY KEY (id),
  KEY fact (fact_id),
  KEY owed (kind, creditor, account, settles, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin
  COMMENT='the ledger: append-only by grant; the entries of one fact sum to 0 [I3]';
