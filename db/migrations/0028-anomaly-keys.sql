-- verify: SELECT id, creditor, state FROM anomaly WHERE 0
ALTER TABLE anomaly DROP KEY IF EXISTS listed;
