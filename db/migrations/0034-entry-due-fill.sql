-- verify: SELECT entry_id FROM entry_due LIMIT 1
INSERT IGNORE INTO entry_due (creditor, account, settles, entry_id)
  SELECT e.creditor, e.account, e.settles, e.id FROM entry e
  LEFT JOIN settlement_entry j ON j.entry_id = e.id WHERE e.kind = 'paid' AND j.entry_id IS NULL;
