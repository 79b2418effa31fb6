-- verify: SELECT id FROM flow FORCE INDEX (of_party) FORCE INDEX (named) WHERE 0
ALTER TABLE flow ADD KEY IF NOT EXISTS of_party (party, state, format, id),
  ADD KEY IF NOT EXISTS named (party, message_id, state, format, id);
