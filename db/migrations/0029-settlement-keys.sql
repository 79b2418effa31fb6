-- verify: SELECT id, subscription, state FROM settlement WHERE 0
ALTER TABLE settlement DROP KEY IF EXISTS subscription;
