-- name: get
SELECT serial, der, signed_at, scts, finished_at
FROM precertificates
WHERE serial = :serial;

-- name: insert
INSERT INTO precertificates (serial, der, signed_at)
VALUES (:serial, :der, :at)
ON CONFLICT DO NOTHING;

-- name: stamp
UPDATE precertificates
SET scts = :scts
WHERE serial = :serial AND scts IS NULL;

-- name: finish
UPDATE precertificates
SET finished_at = :at
WHERE serial = :serial AND scts IS NOT NULL AND finished_at IS NULL;
