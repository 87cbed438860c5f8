-- name: spend
INSERT INTO nonces (id, expires_at)
VALUES (:id, :expires_at)
ON CONFLICT DO NOTHING;
