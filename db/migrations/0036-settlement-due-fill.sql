-- verify: SELECT settlement_id FROM settlement_due LIMIT 1
-- To the Enti that were told before, and to the banks whose money the hub holds.
INSERT IGNORE INTO settlement_due (subscription, settlement_id)
  SELECT t.subscription, s.id FROM settlement s
  JOIN (SELECT DISTINCT subscription, party FROM flow) t ON t.party = s.creditor
  LEFT JOIN flow_settlement f ON f.settlement_id = s.id AND f.subscription = t.subscription
  WHERE s.state = 'SEALED' AND s.entry_count > 0 AND f.settlement_id IS NULL;
INSERT IGNORE INTO settlement_due (subscription, settlement_id)
  SELECT s.subscription, s.id FROM settlement s LEFT JOIN flow_settlement f
  ON f.settlement_id = s.id AND f.subscription = s.subscription
  WHERE s.state = 'SEALED' AND s.entry_count > 0 AND s.settles = 'hub' AND f.settlement_id IS NULL;
