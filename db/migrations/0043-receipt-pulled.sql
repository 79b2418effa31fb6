-- verify: SELECT id FROM receipt FORCE INDEX (pulled) WHERE 0
ALTER TABLE receipt ADD KEY IF NOT EXISTS pulled (creditor, seq);
