-- verify: SELECT id FROM outbox FORCE INDEX (held) WHERE 0
ALTER TABLE outbox
  MODIFY state VARCHAR(12) NOT NULL COMMENT 'READY, CLAIMED, HELD (its destination fails), DONE, PARKED',
  ADD KEY IF NOT EXISTS held (creditor, destination, state);
