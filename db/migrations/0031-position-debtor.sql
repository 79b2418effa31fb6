-- verify: SELECT id FROM position FORCE INDEX (debtor) WHERE 0
ALTER TABLE position ADD KEY IF NOT EXISTS debtor (debtor_code, creditor, id);
