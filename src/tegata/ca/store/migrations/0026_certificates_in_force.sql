-- How many certificates of a contract are in force, and whose: without a look at what is in them, or at what has ended.
CREATE INDEX certificates_in_force ON certificates (contract_id, not_after, account_id)
    WHERE issued_at IS NOT NULL AND revoked_at IS NULL;
