-- What waits for an operator, without a look at what does not. 34387200000000 are the 398 days that an examination
-- counts: of a contract that never was examined, what it waits for ended when it was applied for.
CREATE INDEX contracts_examined
    ON contracts (service, COALESCE(examined_at, applied_at - 34387200000000), id) WHERE ended_at IS NULL;
CREATE INDEX examinations_unreleased ON examinations (examined_at, id) WHERE released_at IS NULL;
-- Orders of the accounts that the CA keeps; no account of an ACME client has such an id.
CREATE INDEX orders_applied_for
    ON orders (expires_at, id) WHERE account_id >= 'portal-' AND account_id < 'portal.';
