-- What the customer calls an EAB; and when it registered an account last, and which. When the accounts that are under it
-- ordered last stands in orders: only what goes from there, or belongs to an account that goes, is brought here.
ALTER TABLE credentials ADD COLUMN label TEXT NOT NULL DEFAULT '';
ALTER TABLE credentials ADD COLUMN used_at INTEGER;
ALTER TABLE credentials ADD COLUMN used_by TEXT;

UPDATE credentials
SET (used_at, used_by) = (
    SELECT created_at, id FROM accounts WHERE accounts.kid = credentials.kid ORDER BY created_at DESC, id LIMIT 1
);
