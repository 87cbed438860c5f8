-- name: get
SELECT kid, contract_id, sealed_mac, created_at, superseded_at, disabled_at
FROM credentials
WHERE kid = :kid;

-- name: of_contract
SELECT kid, contract_id, sealed_mac, created_at, superseded_at, disabled_at
FROM credentials
WHERE contract_id = :contract_id
ORDER BY created_at DESC, kid;

-- name: insert
INSERT INTO credentials (kid, contract_id, sealed_mac, created_at, superseded_at, disabled_at)
VALUES (:kid, :contract_id, :sealed_mac, :created_at, :superseded_at, :disabled_at)
ON CONFLICT DO NOTHING;

-- name: supersede
UPDATE credentials
SET superseded_at = :at
WHERE kid = :kid AND superseded_at IS NULL;

-- name: disable
UPDATE credentials
SET disabled_at = :at
WHERE kid = :kid AND disabled_at IS NULL;
