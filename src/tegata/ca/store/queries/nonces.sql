-- name: spend
INSERT INTO nonces (id, expires_at)
VALUES (:id, :expires_at)
ON CONFLICT DO NOTHING;

-- name: forget_expired
DELETE FROM nonces
WHERE expires_at <= :now;
