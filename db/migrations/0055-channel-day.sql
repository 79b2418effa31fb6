-- verify: SELECT channel, day, registry_version, cents FROM channel_day WHERE 0
CREATE TABLE IF NOT EXISTS channel_day (
  channel VARCHAR(35) NOT NULL,
  day DATE NULL COMMENT 'Europe/Rome: of which cents are; NULL: to be summed anew',
  registry_version BIGINT NOT NULL COMMENT 'in force when it was summed: the channel had a limit then',
  cents BIGINT NOT NULL COMMENT 'activated on that day, what failed or expired since included',
  PRIMARY KEY (channel)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin
  COMMENT='what channels with a limit for the day have used of it [W3.6b]';
