-- verify: SELECT id, keep_until FROM message_outdated WHERE 0
CREATE OR REPLACE SQL SECURITY DEFINER VIEW message_outdated AS
  SELECT id, keep_until FROM message WHERE keep_until <= UTC_TIMESTAMP(6);
