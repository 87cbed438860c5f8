-- What was seen for a challenge beside its own evidence: CAA looked at again, and other perspectives.
CREATE TABLE observations (
    challenge_id TEXT NOT NULL REFERENCES challenges (id),
    seen_at INTEGER NOT NULL,
    look TEXT NOT NULL,
    perspective TEXT NOT NULL,
    region TEXT NOT NULL,
    error TEXT,
    evidence BLOB NOT NULL,
    PRIMARY KEY (challenge_id, seen_at, look, perspective)
) STRICT;
