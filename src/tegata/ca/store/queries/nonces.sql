-- What ends before the floor is spent, whoever has it: nothing is kept of it.
-- name: spend
INSERT INTO nonces (id, expires_at)
SELECT :id, :expires_at
WHERE :expires_at > COALESCE((SELECT expires_at FROM nonces WHERE id = :floor), 0)
ON CONFLICT DO NOTHING;
