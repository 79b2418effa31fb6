-- verify: SELECT id FROM position FORCE INDEX (of_creditor) WHERE 0
ALTER TABLE position
  ADD KEY IF NOT EXISTS of_creditor (creditor, id),
  DROP KEY IF EXISTS debtor;
