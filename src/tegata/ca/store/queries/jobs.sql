-- Work comes and goes: while somebody reads PostgreSQL for hours, as a dump does, all that is gone stays in the index, and
-- each look that begins before it goes through it.
-- name: next_due
SELECT min(due_at)
FROM jobs
WHERE due_at >= :since;

-- A new run does whatever was asked for up to now. Where several nodes claim at once, none waits for the other's rows.
-- name: claim
WITH due AS MATERIALIZED (
    SELECT id FROM jobs WHERE due_at >= :since AND due_at <= :now ORDER BY due_at LIMIT :most
    -- postgresql: FOR UPDATE SKIP LOCKED
)
UPDATE jobs
SET owner = :owner, due_at = :until, again_at = CASE WHEN again_at > :now THEN again_at END
WHERE id IN (SELECT id FROM due)
RETURNING id, kind, subject, run_at, attempts, due_at, owner, lane;

-- As above where more waits than is claimed. The CA's own work goes first, then that of who has least under way, on any
-- node. Of each lane no more is looked at than some nodes may claim at once, however much of it waits: the lanes are found
-- one after the other in their index.
-- name: claim_in_turn
WITH RECURSIVE lanes (lane) AS (
    SELECT min(lane) FROM jobs
    UNION ALL
    SELECT (SELECT min(behind.lane) FROM jobs AS behind WHERE behind.lane > lanes.lane)
    FROM lanes
    WHERE lanes.lane IS NOT NULL
),
turns AS MATERIALIZED (
    SELECT lanes.lane,
        (SELECT count(*) FROM jobs AS b WHERE b.lane = lanes.lane AND b.due_at > :now AND b.owner IS NOT NULL) AS busy,
        (SELECT d.due_at FROM jobs AS d WHERE d.lane = lanes.lane AND d.due_at <= :now
            ORDER BY d.due_at LIMIT 1 OFFSET CAST(:most AS BIGINT) * 8) AS latest
    FROM lanes
    WHERE lanes.lane IS NOT NULL
),
due AS MATERIALIZED (
    SELECT j.id
    FROM turns AS t
    JOIN jobs AS j ON j.lane = t.lane AND j.due_at <= COALESCE(t.latest, :now)
    ORDER BY j.lane <> '', t.busy, j.due_at
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

-- What is being done, or is due before, stays as it is.
-- name: hasten
UPDATE jobs
SET run_at = :at, due_at = :at
WHERE kind = :kind AND subject = :subject AND owner IS NULL AND due_at > :at;

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
