-- verify: SELECT kind FROM anomaly WHERE 0
ALTER TABLE anomaly
  MODIFY kind VARCHAR(32) NOT NULL COMMENT 'late, duplicate, amount-differs, outcome-contradicts, outcome-refused, stamp-differs, receipt-differs; reported-…: domain/psp_flow_line.def';
