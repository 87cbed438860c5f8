-- name: get
SELECT id, login, password_hash, created_at
FROM customers
WHERE id = :id;

-- name: by_login
SELECT id, login, password_hash, created_at
FROM customers
WHERE login = :login;

-- name: session
SELECT token_digest, customer_id, created_at, expires_at
FROM sessions
WHERE token_digest = :token_digest;

-- name: insert
INSERT INTO customers (id, login, password_hash, created_at)
VALUES (:id, :login, :password_hash, :created_at)
ON CONFLICT DO NOTHING;

-- A session that is opened at the same moment is waited for, and seen by what closes it.
-- name: hold
SELECT id
FROM customers
WHERE id = :id
-- postgresql: FOR NO KEY UPDATE
;

-- name: set_password
UPDATE customers
SET password_hash = :password_hash
WHERE id = :id;

-- name: rename
UPDATE customers
SET login = :login
WHERE id = :id AND login = :former AND NOT EXISTS (SELECT 1 FROM customers AS other WHERE other.login = :login);

-- name: close_sessions
DELETE FROM sessions
WHERE customer_id = :id;

-- name: forget_sessions
DELETE FROM sessions
WHERE expires_at <= :now;

-- name: open_session
INSERT INTO sessions (token_digest, customer_id, created_at, expires_at)
SELECT :token_digest, id, :created_at, :expires_at
FROM customers
WHERE id = :customer_id AND password_hash = :password_hash
-- postgresql: FOR SHARE
ON CONFLICT DO NOTHING;

-- name: close_session
DELETE FROM sessions
WHERE token_digest = :token_digest;
