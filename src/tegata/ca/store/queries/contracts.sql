-- name: get
SELECT id, customer_id, service, organization, domains, application, applied_at, starts, ends, renewed_at,
    suspended_at, ended_at, examined_at
FROM contracts
WHERE id = :id;

-- name: after
SELECT id, customer_id, service, organization, domains, application, applied_at, starts, ends, renewed_at,
    suspended_at, ended_at, examined_at
FROM contracts
WHERE id > :after
ORDER BY id
LIMIT :most;

-- name: of_customer
SELECT id, customer_id, service, organization, domains, application, applied_at, starts, ends, renewed_at,
    suspended_at, ended_at, examined_at
FROM contracts
WHERE customer_id = :customer_id
ORDER BY applied_at, id;

-- Those whose examination ended before, or that never had one (398 days before they were applied for: the first
-- term is the index's), but for those that have one to be released.
-- name: to_be_examined
SELECT id, customer_id, service, organization, domains, application, applied_at, starts, ends, renewed_at,
    suspended_at, ended_at, examined_at
FROM contracts
WHERE service = :service AND ended_at IS NULL AND ends > :now
    AND COALESCE(examined_at, applied_at - 34387200000000) >= :after
    AND COALESCE(examined_at, applied_at - 34387200000000) <= :before
    AND (COALESCE(examined_at, applied_at - 34387200000000) > :after OR id > :after_id)
    AND NOT EXISTS (
        SELECT 1 FROM examinations AS e
        WHERE e.contract_id = contracts.id AND e.released_at IS NULL AND e.examined_at >= :oldest
            AND (contracts.examined_at IS NULL OR e.examined_at > contracts.examined_at)
    )
ORDER BY COALESCE(examined_at, applied_at - 34387200000000), id
LIMIT :most;

-- name: insert
INSERT INTO contracts
    (id, customer_id, service, organization, domains, application, applied_at, starts, ends, renewed_at,
    suspended_at, ended_at)
VALUES
    (:id, :customer_id, :service, :organization, :domains, :application, :applied_at, :starts, :ends, :renewed_at,
    :suspended_at, :ended_at)
ON CONFLICT DO NOTHING;

-- name: renew
UPDATE contracts
SET ends = :ends, renewed_at = :at, application = :application
WHERE id = :id AND ends = :ends_before AND ended_at IS NULL;

-- name: suspend
UPDATE contracts
SET suspended_at = :at
WHERE id = :id AND suspended_at IS NULL AND ended_at IS NULL;

-- name: resume
UPDATE contracts
SET suspended_at = NULL
WHERE id = :id AND suspended_at IS NOT NULL AND ended_at IS NULL;

-- name: end
UPDATE contracts
SET ended_at = :at
WHERE id = :id AND ended_at IS NULL;
