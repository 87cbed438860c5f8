-- Authorizations that their account gave up, and the way to an account's orders.

ALTER TABLE authorizations ADD COLUMN deactivated_at INTEGER;

CREATE INDEX orders_of_account ON orders (account_id, created_at, id);
