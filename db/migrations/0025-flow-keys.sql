-- verify: SELECT id FROM flow FORCE INDEX (of_subscription) WHERE 0
ALTER TABLE flow ADD KEY IF NOT EXISTS of_subscription (subscription, id);
