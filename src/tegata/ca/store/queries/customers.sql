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

-- name: forget_sessions
DELETE FROM sessions
WHERE expires_at <= :now;

-- name: open_session
INSERT INTO sessions (token_digest, customer_id, created_at, expires_at)
VALUES (:token_digest, :customer_id, :created_at, :expires_at)
ON CONFLICT DO NOTHING;

-- name: close_session
DELETE FROM sessions
WHERE token_digest = :token_digest;
