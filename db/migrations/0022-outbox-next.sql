-- verify: SELECT id, next_at FROM outbox WHERE state = 'CLAIMED' AND next_at < lease_until
UPDATE outbox SET next_at = lease_until WHERE state = 'CLAIMED';
