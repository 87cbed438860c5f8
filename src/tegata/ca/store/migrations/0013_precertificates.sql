-- A precertificate counts as issued: its certificate is issued from then on, and finished when its SCTs are in it.
CREATE TABLE precertificates (
    serial TEXT PRIMARY KEY REFERENCES certificates (serial),
    der BLOB NOT NULL,
    signed_at INTEGER NOT NULL,
    scts BLOB,
    finished_at INTEGER,
    CHECK (finished_at IS NULL OR scts IS NOT NULL)
) STRICT;
