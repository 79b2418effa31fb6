-- verify: SELECT id, state, next_at FROM outbox FORCE INDEX (due) WHERE 0
ALTER TABLE outbox
  MODIFY next_at DATETIME(6) NOT NULL COMMENT 'from when on a worker may take it: READY when it is due, CLAIMED when its lease has ended',
  DROP COLUMN IF EXISTS lease_until,
  DROP KEY IF EXISTS lease,
  DROP KEY IF EXISTS payment;
