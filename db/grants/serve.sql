-- payer serve: no DDL; the journal and the ledger only grow.
GRANT SELECT ON `{db}`.* TO 'payer_serve'@'{host}';
GRANT INSERT, UPDATE ON `{db}`.position TO 'payer_serve'@'{host}';
GRANT INSERT, UPDATE ON `{db}`.payment_option TO 'payer_serve'@'{host}';
GRANT INSERT, UPDATE ON `{db}`.instalment TO 'payer_serve'@'{host}';
GRANT INSERT, DELETE ON `{db}`.transfer TO 'payer_serve'@'{host}';
GRANT INSERT, UPDATE ON `{db}`.payment TO 'payer_serve'@'{host}';
GRANT INSERT ON `{db}`.payment_stamp TO 'payer_serve'@'{host}';
GRANT INSERT ON `{db}`.receipt TO 'payer_serve'@'{host}';
GRANT INSERT ON `{db}`.entry TO 'payer_serve'@'{host}';
GRANT INSERT ON `{db}`.outbox TO 'payer_serve'@'{host}';
GRANT INSERT ON `{db}`.journal TO 'payer_serve'@'{host}';
GRANT INSERT ON `{db}`.anomaly TO 'payer_serve'@'{host}';
GRANT INSERT, UPDATE, DELETE ON `{db}`.station_call TO 'payer_serve'@'{host}';
GRANT INSERT, UPDATE, DELETE ON `{db}`.idempotency TO 'payer_serve'@'{host}';
GRANT INSERT, UPDATE ON `{db}`.iuv_block TO 'payer_serve'@'{host}';
GRANT INSERT ON `{db}`.entry_due TO 'payer_serve'@'{host}';
GRANT INSERT, UPDATE ON `{db}`.channel_day TO 'payer_serve'@'{host}';
