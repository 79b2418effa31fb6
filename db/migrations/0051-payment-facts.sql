-- verify: SELECT note, asked_method, payment_channel, pa_fee_cents, bundle, ci_bundle, payer_street, payer_civic, payer_postal_code, payer_city, payer_province, payer_country, payer_email, collected_with FROM payment WHERE 0
ALTER TABLE payment
  ADD COLUMN IF NOT EXISTS note VARCHAR(210) COMMENT 'paymentNote of its activation',
  ADD COLUMN IF NOT EXISTS asked_method VARCHAR(4) COMMENT 'paymentMethod of a V2 activation; method is the outcome''s',
  ADD COLUMN IF NOT EXISTS payment_channel VARCHAR(35) COMMENT 'paymentChannel of its outcome',
  ADD COLUMN IF NOT EXISTS pa_fee_cents BIGINT NOT NULL DEFAULT 0 COMMENT 'what the Ente bears of the PSP''s fee: told, not collected',
  ADD COLUMN IF NOT EXISTS bundle VARCHAR(70) COMMENT 'under which the PSP set the fee',
  ADD COLUMN IF NOT EXISTS ci_bundle VARCHAR(70) COMMENT 'the same, as agreed with the Ente',
  ADD COLUMN IF NOT EXISTS payer_street VARCHAR(70),
  ADD COLUMN IF NOT EXISTS payer_civic VARCHAR(16),
  ADD COLUMN IF NOT EXISTS payer_postal_code VARCHAR(16),
  ADD COLUMN IF NOT EXISTS payer_city VARCHAR(35),
  ADD COLUMN IF NOT EXISTS payer_province VARCHAR(35),
  ADD COLUMN IF NOT EXISTS payer_country CHAR(2),
  ADD COLUMN IF NOT EXISTS payer_email VARCHAR(256),
  ADD COLUMN IF NOT EXISTS collected_with BIGINT COMMENT 'the payment that bears the fee, of those that one outcome closed; NULL: it was alone';
