-- verify: SELECT id, at, creditor, notice_number FROM journal WHERE 0
ALTER TABLE journal
  DROP KEY IF EXISTS at,
  DROP KEY IF EXISTS notice;
