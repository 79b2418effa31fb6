-- verify: SELECT id, creditor, seq FROM receipt WHERE 0
ALTER TABLE receipt DROP KEY IF EXISTS pulled;
