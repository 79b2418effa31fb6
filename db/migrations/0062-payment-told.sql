-- verify: SELECT told_by FROM payment WHERE 0
ALTER TABLE payment
  ADD COLUMN IF NOT EXISTS told_by VARCHAR(35) NULL COMMENT 'the node whose receipt brought it, made elsewhere; NULL: activated here';
