-- Keys that are known to others: nothing is issued for them any more. The digest is that of the SubjectPublicKeyInfo.
CREATE TABLE blocked_keys (
    spki_digest BLOB PRIMARY KEY,
    blocked_at INTEGER NOT NULL,
    cause TEXT NOT NULL
) STRICT;

CREATE INDEX certificates_of_key ON certificates (spki_digest);
