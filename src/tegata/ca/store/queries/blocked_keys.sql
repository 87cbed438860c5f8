-- name: get
SELECT spki_digest, blocked_at, cause
FROM blocked_keys
WHERE spki_digest = :spki_digest;

-- name: all
SELECT spki_digest, blocked_at, cause
FROM blocked_keys
ORDER BY blocked_at DESC, spki_digest;

-- name: insert
INSERT INTO blocked_keys (spki_digest, blocked_at, cause)
VALUES (:spki_digest, :at, :cause)
ON CONFLICT DO NOTHING;
