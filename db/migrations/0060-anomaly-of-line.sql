-- verify: SELECT flow_id, line FROM anomaly WHERE 0
ALTER TABLE anomaly
  MODIFY payment_id BIGINT NULL COMMENT 'NULL: about a line of a PSP''s flow',
  MODIFY kind VARCHAR(32) NOT NULL COMMENT 'late, duplicate, amount-differs, outcome-contradicts, outcome-refused, stamp-differs; reported-…: domain/psp_flow_line.def',
  ADD COLUMN IF NOT EXISTS flow_id BIGINT NULL COMMENT 'psp_flow.id of a line that is in question',
  ADD COLUMN IF NOT EXISTS line INT NULL,
  ADD UNIQUE KEY IF NOT EXISTS line (flow_id, line, kind);
