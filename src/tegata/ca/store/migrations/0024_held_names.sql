-- The names that are held back for an account, whatever else of it has failed.
CREATE INDEX failures_held ON failures (account_id, full_at);
CREATE INDEX failures_paused ON failures (account_id, full_at) WHERE paused_at IS NOT NULL;
