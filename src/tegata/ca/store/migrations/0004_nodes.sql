-- What several nodes on one database need: spent nonces that each of them knows, and orders that replace a certificate
-- one after the other, whoever takes them.

CREATE TABLE nonces (
    id BLOB PRIMARY KEY,
    expires_at INTEGER NOT NULL
) STRICT;

CREATE INDEX nonces_expiring ON nonces (expires_at);

ALTER TABLE orders ADD COLUMN replacement INTEGER;

UPDATE orders
SET replacement = (
    SELECT count(*) FROM orders AS earlier
    WHERE earlier.replaces = orders.replaces AND (earlier.created_at, earlier.id) < (orders.created_at, orders.id)
)
WHERE replaces IS NOT NULL;

DROP INDEX orders_replacing;
CREATE UNIQUE INDEX orders_replacing ON orders (replaces, replacement) WHERE replaces IS NOT NULL;
