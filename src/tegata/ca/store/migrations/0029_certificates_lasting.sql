-- In the place of certificates_in_force, with the serial, by which those go on that end together: all that the end of
-- their contract cuts short do.
CREATE INDEX certificates_lasting ON certificates (contract_id, not_after, serial, account_id)
    WHERE issued_at IS NOT NULL AND revoked_at IS NULL;
DROP INDEX certificates_in_force;
