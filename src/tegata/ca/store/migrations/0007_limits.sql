-- Buckets of rate limits: when each is full again. A row that is full is as good as none.
CREATE TABLE limits (
    subject TEXT PRIMARY KEY,
    full_at INTEGER NOT NULL
) STRICT;

CREATE INDEX limits_full ON limits (full_at);

-- Names whose validation failed for an account, and how often in a row; from paused_at on nothing is tried any more.
CREATE TABLE failures (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    name TEXT NOT NULL,
    in_a_row INTEGER NOT NULL,
    full_at INTEGER NOT NULL,
    paused_at INTEGER,
    PRIMARY KEY (account_id, name)
) STRICT;

CREATE INDEX failures_full ON failures (full_at) WHERE paused_at IS NULL;
