-- A bucket is one row: the instant at which it is full again. ``latest`` is the last such instant that leaves room;
-- what is later than ``furthest`` was not filled under this limit.

-- name: spend
INSERT INTO limits (subject, full_at)
VALUES (:subject, :first)
ON CONFLICT (subject) DO UPDATE
SET full_at = CASE WHEN limits.full_at > :now AND limits.full_at <= :furthest THEN limits.full_at ELSE :now END + :cost
WHERE limits.full_at <= :latest OR limits.full_at > :furthest;

-- As above, and only where no name is held back for the account; ``names`` are those wanted, each in quotation marks.
-- name: spend_unless_held
INSERT INTO limits (subject, full_at)
SELECT :subject, CAST(:first AS BIGINT)
WHERE NOT EXISTS (
        SELECT 1 FROM failures
        WHERE account_id = :account_id AND full_at > :held AND full_at <= :held_furthest AND :names LIKE '%"' || name || '"%'
    )
    AND NOT EXISTS (
        SELECT 1 FROM failures
        WHERE account_id = :account_id AND paused_at IS NOT NULL AND :names LIKE '%"' || name || '"%'
    )
ON CONFLICT (subject) DO UPDATE
SET full_at = CASE WHEN limits.full_at > :now AND limits.full_at <= :furthest THEN limits.full_at ELSE :now END + :cost
WHERE limits.full_at <= :latest OR limits.full_at > :furthest;

-- name: forget
DELETE FROM limits
WHERE subject = :subject;

-- name: get
SELECT full_at
FROM limits
WHERE subject = :subject;

-- A bucket is never emptier than empty: what is later than ``furthest`` was not filled under this limit here either.
-- ``counted`` is 1 for what counts in the row that pauses a name, 0 for what counts for a while only.
-- name: failed
INSERT INTO failures (account_id, name, in_a_row, full_at, paused_at)
VALUES (:account_id, :identifier, :counted, :first, :paused_at_once)
ON CONFLICT (account_id, name) DO UPDATE
SET in_a_row = failures.in_a_row + :counted,
    full_at = CASE
        WHEN failures.full_at <= :now OR failures.full_at > :furthest THEN :first
        WHEN failures.full_at <= :latest THEN failures.full_at + :cost
        ELSE :latest + :cost
    END,
    paused_at = CASE
        WHEN failures.paused_at IS NULL AND failures.in_a_row + :counted >= :pause_after THEN :now ELSE failures.paused_at
    END;

-- name: passed
DELETE FROM failures
WHERE account_id = :account_id AND name = :identifier AND paused_at IS NULL;

-- name: resume
DELETE FROM failures
WHERE account_id = :account_id AND name = :identifier AND paused_at IS NOT NULL;

-- name: held
SELECT account_id, name, in_a_row, full_at, paused_at
FROM failures
WHERE account_id = :account_id AND full_at > :held AND full_at <= :furthest
UNION ALL
SELECT account_id, name, in_a_row, full_at, paused_at
FROM failures
WHERE account_id = :account_id AND paused_at IS NOT NULL AND (full_at <= :held OR full_at > :furthest);

-- name: paused
SELECT f.account_id, f.name, f.in_a_row, f.full_at, f.paused_at
FROM failures AS f
JOIN accounts AS a ON a.id = f.account_id
WHERE a.contract_id = :contract_id AND f.paused_at IS NOT NULL
ORDER BY f.name, f.account_id
LIMIT :most;
