-- payer audit: reads everything, writes nothing.
GRANT SELECT ON `{db}`.* TO 'payer_audit'@'{host}';
