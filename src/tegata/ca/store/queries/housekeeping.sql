-- What is dropped is chosen alike by each statement of a unit, dependents first; one node at a time does it.

-- name: release_orders
UPDATE orders
SET serial = NULL
WHERE id IN (SELECT order_id FROM certificates WHERE not_after < :before ORDER BY not_after, serial LIMIT :most);

-- name: precertificates
DELETE FROM precertificates
WHERE serial IN (SELECT serial FROM certificates WHERE not_after < :before ORDER BY not_after, serial LIMIT :most);

-- name: certificates
DELETE FROM certificates
WHERE serial IN (SELECT serial FROM certificates WHERE not_after < :before ORDER BY not_after, serial LIMIT :most)
RETURNING serial;

-- An EAB was used last when it was, whether the order is there or not.
-- name: uses_by_orders
UPDATE credentials
SET used_at = gone.created_at, used_by = gone.account_id
FROM (
    SELECT a.kid, o.account_id, o.created_at,
        row_number() OVER (PARTITION BY a.kid ORDER BY o.created_at DESC, o.id) AS place
    FROM orders AS o
    JOIN accounts AS a ON a.id = o.account_id
    WHERE o.id IN (
        SELECT id FROM orders
        WHERE expires_at < :before AND serial IS NULL
            AND NOT EXISTS (SELECT 1 FROM certificates AS c WHERE c.order_id = orders.id)
        ORDER BY expires_at, id
        LIMIT :most
    )
) AS gone
WHERE gone.place = 1 AND credentials.kid = gone.kid AND COALESCE(credentials.used_at, 0) < gone.created_at;

-- name: links_of_orders
DELETE FROM order_authorizations
WHERE order_id IN (
    SELECT id FROM orders
    WHERE expires_at < :before AND serial IS NULL
        AND NOT EXISTS (SELECT 1 FROM certificates AS c WHERE c.order_id = orders.id)
    ORDER BY expires_at, id
    LIMIT :most
);

-- name: orders
DELETE FROM orders
WHERE id IN (
    SELECT id FROM orders
    WHERE expires_at < :before AND serial IS NULL
        AND NOT EXISTS (SELECT 1 FROM certificates AS c WHERE c.order_id = orders.id)
    ORDER BY expires_at, id
    LIMIT :most
)
RETURNING id;

-- Most of what has expired is an order's that stays for years with its certificate: it is gone through in parts, or each
-- look for the few others would go through all of it. For EXISTS in its place PostgreSQL reads all orders' each time.
-- name: expired_authorizations
SELECT a.expires_at, a.id, (SELECT 1 FROM order_authorizations AS o WHERE o.authorization_id = a.id LIMIT 1) IS NOT NULL
FROM authorizations AS a
WHERE a.expires_at < :before AND (a.expires_at, a.id) > (:after_at, :after_id)
ORDER BY a.expires_at, a.id
LIMIT :most;

-- A part of what the next statement drops: of a challenge there may be thousands.
-- name: some_observations
DELETE FROM observations
WHERE (challenge_id, seen_at, look, perspective) IN (
    SELECT o.challenge_id, o.seen_at, o.look, o.perspective
    FROM observations AS o
    WHERE o.challenge_id IN (
        SELECT id FROM challenges
        WHERE authorization_id IN (
            SELECT id FROM (
                SELECT id FROM authorizations
                WHERE (expires_at, id) > (:after_at, :after_id) AND (expires_at, id) <= (:last_at, :last_id)
                ORDER BY expires_at, id
                LIMIT :most
            ) AS ended
            WHERE NOT EXISTS (SELECT 1 FROM order_authorizations AS l WHERE l.authorization_id = ended.id)
        )
    )
    LIMIT :part
)
RETURNING challenge_id;

-- name: observations
DELETE FROM observations
WHERE challenge_id IN (
    SELECT id FROM challenges
    WHERE authorization_id IN (
        SELECT id FROM (
            SELECT id FROM authorizations
            WHERE (expires_at, id) > (:after_at, :after_id) AND (expires_at, id) <= (:last_at, :last_id)
            ORDER BY expires_at, id
            LIMIT :most
        ) AS ended
        WHERE NOT EXISTS (SELECT 1 FROM order_authorizations AS o WHERE o.authorization_id = ended.id)
    )
);

-- name: challenges
DELETE FROM challenges
WHERE authorization_id IN (
    SELECT id FROM (
        SELECT id FROM authorizations
        WHERE (expires_at, id) > (:after_at, :after_id) AND (expires_at, id) <= (:last_at, :last_id)
        ORDER BY expires_at, id
        LIMIT :most
    ) AS ended
    WHERE NOT EXISTS (SELECT 1 FROM order_authorizations AS o WHERE o.authorization_id = ended.id)
);

-- name: authorizations
DELETE FROM authorizations
WHERE id IN (
    SELECT id FROM (
        SELECT id FROM authorizations
        WHERE (expires_at, id) > (:after_at, :after_id) AND (expires_at, id) <= (:last_at, :last_id)
        ORDER BY expires_at, id
        LIMIT :most
    ) AS ended
    WHERE NOT EXISTS (SELECT 1 FROM order_authorizations AS o WHERE o.authorization_id = ended.id)
)
RETURNING id;

-- name: nonces
DELETE FROM nonces
WHERE id IN (SELECT id FROM nonces WHERE expires_at < :before ORDER BY expires_at LIMIT :most)
RETURNING id;

-- The floor's own row counts as one: what is asked of the index alone is answered without the table.
-- name: narrow_nonces
INSERT INTO nonces (id, expires_at)
SELECT :floor, expires_at
FROM nonces
ORDER BY expires_at DESC
LIMIT 1 OFFSET :kept
ON CONFLICT (id) DO UPDATE SET expires_at = excluded.expires_at WHERE excluded.expires_at > nonces.expires_at
RETURNING expires_at;

-- Work and leases that a clock has dated which was wrong.
-- name: recall_jobs
UPDATE jobs
SET owner = NULL, run_at = :now, due_at = :now, again_at = NULL
WHERE due_at > :beyond AND due_at < :never
RETURNING id;

-- What may be in use again is judged twice: a row that another was changing is judged anew, its subquery is not. The +
-- keeps PostgreSQL from looking through all that is old for each part of it.
-- name: limits
DELETE FROM limits
WHERE +full_at < :before
    AND subject IN (SELECT subject FROM limits WHERE full_at < :before ORDER BY full_at LIMIT :most)
RETURNING subject;

-- name: failures
DELETE FROM failures
WHERE +full_at < :before AND paused_at IS NULL
    AND (account_id, name) IN (
        SELECT account_id, name FROM failures
        WHERE full_at < :before AND paused_at IS NULL
        ORDER BY full_at, account_id, name
        LIMIT :most
    )
RETURNING name;

-- name: sessions
DELETE FROM sessions
WHERE token_digest IN (SELECT token_digest FROM sessions WHERE expires_at < :before ORDER BY expires_at LIMIT :most)
RETURNING token_digest;

-- name: events
DELETE FROM events
WHERE link <= :until;

-- name: links
DELETE FROM links
WHERE number <= :until;
