-- name: get
SELECT id, cause, about, reporter, serials, received_at, recorded_at, answered_at, answer, closed_at, outcome
FROM problem_reports
WHERE id = :id;

-- name: open
SELECT id, cause, about, reporter, serials, received_at, recorded_at, answered_at, answer, closed_at, outcome
FROM problem_reports
WHERE closed_at IS NULL
ORDER BY received_at, id;

-- name: open_after
SELECT id, cause, about, reporter, serials, received_at, recorded_at, answered_at, answer, closed_at, outcome
FROM problem_reports
WHERE closed_at IS NULL AND (received_at, id) > (:received_at, :id)
ORDER BY received_at, id
LIMIT :most;

-- name: before
SELECT id, cause, about, reporter, serials, received_at, recorded_at, answered_at, answer, closed_at, outcome
FROM problem_reports
WHERE (received_at, id) < (:received_at, :id)
ORDER BY received_at DESC, id DESC
LIMIT :most;

-- name: insert
INSERT INTO problem_reports (id, cause, about, reporter, serials, received_at, recorded_at)
VALUES (:id, :cause, :about, :reporter, :serials, :received_at, :recorded_at)
ON CONFLICT DO NOTHING;

-- name: answer
UPDATE problem_reports
SET answered_at = :at, answer = :answer
WHERE id = :id AND answered_at IS NULL AND closed_at IS NULL;

-- name: close
UPDATE problem_reports
SET closed_at = :at, outcome = :outcome
WHERE id = :id AND answered_at IS NOT NULL AND closed_at IS NULL;
