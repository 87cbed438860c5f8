-- name: of_contract
SELECT id, contract_id, organization, source, evidence, authority, examiner, examined_at, recorded_at, releaser,
    released_at
FROM examinations
WHERE contract_id = :contract_id
ORDER BY recorded_at DESC, id DESC;

-- Of contracts in force, not overtaken by what counts.
-- name: unreleased
SELECT e.id, e.contract_id, e.organization, e.source, e.evidence, e.authority, e.examiner, e.examined_at,
    e.recorded_at, e.releaser, e.released_at
FROM examinations AS e
JOIN contracts AS c ON c.id = e.contract_id
WHERE e.released_at IS NULL AND e.examined_at >= :after AND (e.examined_at > :after OR e.id > :after_id)
    AND c.ended_at IS NULL AND c.ends > :now AND (c.examined_at IS NULL OR c.examined_at < e.examined_at)
ORDER BY e.examined_at, e.id
LIMIT :most;

-- name: insert
INSERT INTO examinations
    (id, contract_id, organization, source, evidence, authority, examiner, examined_at, recorded_at)
VALUES
    (:id, :contract_id, :organization, :source, :evidence, :authority, :examiner, :examined_at, :recorded_at)
ON CONFLICT DO NOTHING;

-- name: release
UPDATE examinations
SET releaser = :releaser, released_at = :at
WHERE id = :id AND released_at IS NULL;

-- name: examined
UPDATE contracts
SET examined_at = :examined_at
WHERE id = :contract_id AND (examined_at IS NULL OR examined_at < :examined_at);
