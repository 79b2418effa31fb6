-- verify: SELECT entry_count, total_cents FROM settlement WHERE 0
UPDATE settlement s SET
  entry_count = (SELECT COUNT(*) FROM settlement_entry j WHERE j.settlement_id = s.id),
  total_cents = (SELECT COALESCE(SUM(e.amount_cents), 0) FROM settlement_entry j
    JOIN entry e ON e.id = j.entry_id WHERE j.settlement_id = s.id)
  WHERE s.state = 'OPEN';
