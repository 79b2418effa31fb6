-- verify: SELECT iuv, matched_by FROM psp_flow_line FORCE INDEX (iuv) WHERE 0
ALTER TABLE psp_flow_line
  ADD COLUMN IF NOT EXISTS matched_by CHAR(3) NULL COMMENT 'the key that found the payment: IUR, or IUV where nobody knows the IUR',
  ADD KEY IF NOT EXISTS iuv (iuv, state);
