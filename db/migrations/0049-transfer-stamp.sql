-- verify: SELECT stamp_hash, stamp_type, stamp_province, metadata FROM transfer WHERE 0
ALTER TABLE transfer
  ADD COLUMN IF NOT EXISTS stamp_hash VARCHAR(72) COMMENT 'of the document that wants a marca da bollo, base64; then there is no account',
  ADD COLUMN IF NOT EXISTS stamp_type CHAR(2) COMMENT 'tipoBollo',
  ADD COLUMN IF NOT EXISTS stamp_province CHAR(2) COMMENT 'where who asks for the stamp lives',
  ADD COLUMN IF NOT EXISTS metadata TEXT COMMENT 'entries as the contract has them: key TAB value LF';
