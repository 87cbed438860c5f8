-- name: append
INSERT INTO events (id, at, kind, subject, facts)
VALUES (:id, :at, :kind, :subject, :facts);

-- name: of_subject
SELECT id, at, kind, subject, facts
FROM events
WHERE subject = :subject
ORDER BY at, id;

-- name: newest_of_subject
SELECT id, at, kind, subject, facts
FROM events
WHERE subject = :subject AND kind = :kind
ORDER BY at DESC, id DESC
LIMIT 1;

-- name: of_kind
SELECT id, at, kind, subject, facts
FROM events
WHERE id > :after AND id <= :until AND kind = :kind
ORDER BY id;

-- name: has_between
SELECT EXISTS (SELECT 1 FROM events WHERE id > :since AND id < :until);

-- name: of_link
SELECT id, at, kind, subject, facts
FROM events
WHERE link = :link
ORDER BY at, id;

-- What a dead process has bound to the next link waits for it still.
-- name: count_unbound
SELECT (SELECT count(*) FROM events WHERE link IS NULL)
    + (SELECT count(*) FROM events WHERE link = (SELECT COALESCE(max(number), 0) + 1 FROM links));

-- Who binds or links at the same moment is waited for, and seen by the next statement: a turn may be lost unnoticed.
-- name: hold
SELECT 1
-- postgresql: FROM pg_advisory_xact_lock(7526752397670773609)
;

-- name: bind
UPDATE events
SET link = :link
WHERE id IN (SELECT id FROM events WHERE link IS NULL ORDER BY at, id LIMIT :most)
    AND NOT EXISTS (SELECT 1 FROM links WHERE number = :link);

-- Bound to a link before the first or after the next, which waits for what a dead process bound to it; two looks into
-- the index, however long the log is.
-- name: stray
SELECT COALESCE(
    (SELECT min(link) FROM events WHERE link < (SELECT COALESCE(min(number), 1) FROM links)),
    (SELECT min(link) FROM events WHERE link > (SELECT COALESCE(max(number), 0) + 1 FROM links))
);

-- name: page_end
SELECT max(id)
FROM (SELECT id FROM events WHERE id > :after ORDER BY id LIMIT :most) AS page;

-- name: gone
SELECT DISTINCT subject
FROM events
WHERE id > :after AND id <= :until
    AND kind IN ('certificate.issued', 'certificate.finished')
    AND at >= :since
    AND NOT EXISTS (SELECT 1 FROM certificates WHERE serial = events.subject AND issued_at IS NOT NULL)
ORDER BY subject;

-- name: newest_link
SELECT number, previous, digest, events
FROM links
ORDER BY number DESC
LIMIT 1;

-- name: links_from
SELECT number, previous, digest, events
FROM links
WHERE number >= :number
ORDER BY number
LIMIT :most;

-- Whoever binds at the same moment may have bound more to this number since its events were read.
-- name: add_link
INSERT INTO links (number, previous, digest, events, made_at)
SELECT :number, :previous, :digest, :events, :made_at
WHERE :number = (SELECT COALESCE(max(number), 0) + 1 FROM links)
    AND :events = (SELECT count(*) FROM events WHERE link = :number)
ON CONFLICT DO NOTHING;
