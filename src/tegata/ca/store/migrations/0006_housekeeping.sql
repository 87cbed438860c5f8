-- The ways by which house-keeping finds what is old, and by which it is seen that nothing hangs on it any more.

CREATE INDEX orders_expiring ON orders (expires_at, id) WHERE serial IS NULL;
CREATE INDEX orders_of_certificate ON orders (serial) WHERE serial IS NOT NULL;
CREATE INDEX order_authorizations_of_authorization ON order_authorizations (authorization_id);
CREATE INDEX authorizations_expiring ON authorizations (expires_at, id);
CREATE INDEX certificates_expiring ON certificates (not_after, serial);
