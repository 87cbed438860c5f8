-- A certificate is on the CRL that it names for the whole of its life, whatever the number of shards is later.
ALTER TABLE certificates ADD COLUMN crl TEXT NOT NULL DEFAULT 'issuing';
ALTER TABLE revocation_lists ADD COLUMN crl TEXT NOT NULL DEFAULT 'issuing';

DROP INDEX certificates_revoked;
-- All that a CRL has, so that it is written without a look at the certificates.
CREATE INDEX certificates_revoked ON certificates (crl, serial, not_after, revoked_at, reason)
    WHERE revoked_at IS NOT NULL;
