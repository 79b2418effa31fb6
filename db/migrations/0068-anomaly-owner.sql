-- verify: SELECT owner, reason, closed_by, closed_at FROM anomaly FORCE INDEX (state, open) WHERE 0
ALTER TABLE anomaly
  ADD COLUMN IF NOT EXISTS owner VARCHAR(70) NULL COMMENT 'who took it: operator/…',
  ADD COLUMN IF NOT EXISTS reason VARCHAR(16) NULL COMMENT 'domain/anomaly_reason.def, when a person closed it; NULL: the hub did, as later facts agree',
  ADD COLUMN IF NOT EXISTS closed_by VARCHAR(70) NULL COMMENT 'a person; NULL: the hub',
  ADD COLUMN IF NOT EXISTS closed_at DATETIME(6) NULL,
  ADD KEY IF NOT EXISTS state (state, id), ADD KEY IF NOT EXISTS open (state, kind, created_at);
