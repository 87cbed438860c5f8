-- name: of_contract
SELECT id, contract_id, organization, source, evidence, authority, examiner, examined_at, recorded_at, releaser,
    released_at
FROM examinations
WHERE contract_id = :contract_id
ORDER BY recorded_at DESC, id DESC;

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
