-- Keys that an account had before: lasting records that were made with one of them count on (draft-ietf-acme-dns-persist-02).
CREATE TABLE former_keys (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    thumbprint TEXT NOT NULL,
    PRIMARY KEY (account_id, thumbprint)
) STRICT;
