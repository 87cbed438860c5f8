-- name: next_due
SELECT min(due_at)
FROM jobs;

-- A new run does whatever was asked for up to now. Where several nodes claim at once, none waits for the other's rows.
-- The CA's own work goes first, then that of who has least under way, on any node.
-- name: claim
WITH due AS MATERIALIZED (
    SELECT j.id
    FROM jobs AS j
    LEFT JOIN (
        SELECT lane, count(*) AS jobs FROM jobs WHERE due_at > :now AND owner IS NOT NULL GROUP BY lane
    ) AS busy ON busy.lane = j.lane
    WHERE j.due_at <= :now
    ORDER BY j.lane <> '', COALESCE(busy.jobs, 0), j.due_at
    LIMIT :most
    -- postgresql: FOR UPDATE OF j SKIP LOCKED
)
UPDATE jobs
SET owner = :owner, due_at = :until, again_at = CASE WHEN again_at > :now THEN again_at END
WHERE id IN (SELECT id FROM due)
RETURNING id, kind, subject, run_at, attempts, due_at, owner, lane;

-- name: add
INSERT INTO jobs (id, kind, subject, run_at, due_at, owner, attempts, lane)
VALUES (:id, :kind, :subject, :run_at, :due_at, :owner, :attempts, :lane)
ON CONFLICT (kind, subject) DO UPDATE
SET
    run_at = CASE WHEN jobs.owner IS NULL AND excluded.run_at < jobs.run_at THEN excluded.run_at ELSE jobs.run_at END,
    due_at = CASE WHEN jobs.owner IS NULL AND excluded.run_at < jobs.due_at THEN excluded.run_at ELSE jobs.due_at END,
    again_at = CASE
        WHEN jobs.owner IS NOT NULL AND (jobs.again_at IS NULL OR excluded.run_at < jobs.again_at) THEN excluded.run_at
        ELSE jobs.again_at
    END;

-- name: extend
UPDATE jobs
SET due_at = :until
WHERE id = :id AND owner = :owner;

-- name: discard
DELETE FROM jobs
WHERE kind = :kind AND subject = :subject;

-- Finishing is two statements: the lease is given back, and the row goes unless it was asked for again meanwhile.
-- name: release
UPDATE jobs
SET owner = NULL, attempts = 0, run_at = COALESCE(again_at, run_at), due_at = COALESCE(again_at, run_at)
WHERE id = :id AND owner = :owner;

-- name: remove_unless_again
DELETE FROM jobs
WHERE id = :id AND again_at IS NULL;

-- name: postpone
UPDATE jobs
SET
    owner = NULL, attempts = attempts + 1,
    run_at = CASE WHEN again_at < :run_at THEN again_at ELSE :run_at END,
    due_at = CASE WHEN again_at < :run_at THEN again_at ELSE :run_at END,
    again_at = CASE WHEN again_at > :run_at THEN again_at END
WHERE id = :id AND owner = :owner;
