-- payer audit: reads everything, writes nothing.
GRANT SELECT, SHOW VIEW ON `{db}`.* TO 'payer_audit'@'{host}';
