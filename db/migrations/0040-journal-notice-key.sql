-- verify: SELECT notice_number FROM journal WHERE 0
ALTER TABLE journal ADD KEY IF NOT EXISTS notice (notice_number);
