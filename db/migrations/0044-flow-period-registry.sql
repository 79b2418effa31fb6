-- verify: SELECT subscription, registry FROM flow_period WHERE 0
ALTER TABLE flow_period ADD COLUMN IF NOT EXISTS registry BIGINT NOT NULL DEFAULT 0 COMMENT 'version that said the rule: who still holds an older one changes nothing' AFTER rule;
