-- verify: SELECT id, fact_id FROM entry FORCE INDEX (fact) WHERE 0
ALTER TABLE entry DROP KEY IF EXISTS owed;
