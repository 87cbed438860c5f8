-- name: of_challenge
SELECT challenge_id, seen_at, look, perspective, region, error, evidence
FROM observations
WHERE challenge_id = :challenge_id
ORDER BY seen_at, look, perspective;

-- name: insert
INSERT INTO observations (challenge_id, seen_at, look, perspective, region, error, evidence)
VALUES (:challenge_id, :seen_at, :look, :perspective, :region, :error, :evidence)
ON CONFLICT DO NOTHING;
