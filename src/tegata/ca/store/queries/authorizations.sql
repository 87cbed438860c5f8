-- One row a challenge, so that an authorization and its challenges are always of one moment.

-- name: get
SELECT a.id, a.account_id, a.identifier_type, a.identifier_value, a.wildcard, a.created_at, a.expires_at,
    a.deactivated_at, a.subdomains, c.id, c.type, c.token, c.accepted_at, c.validated_at, c.failed_at, c.fault, c.evidence
FROM authorizations AS a
LEFT JOIN challenges AS c ON c.authorization_id = a.id
WHERE a.id = :id
ORDER BY c.position;

-- name: of_order
SELECT a.id, a.account_id, a.identifier_type, a.identifier_value, a.wildcard, a.created_at, a.expires_at,
    a.deactivated_at, a.subdomains, c.id, c.type, c.token, c.accepted_at, c.validated_at, c.failed_at, c.fault, c.evidence
FROM order_authorizations AS l
JOIN authorizations AS a ON a.id = l.authorization_id
LEFT JOIN challenges AS c ON c.authorization_id = a.id
WHERE l.order_id = :order_id
ORDER BY l.position, c.position;

-- name: of_challenge
SELECT a.id, a.account_id, a.identifier_type, a.identifier_value, a.wildcard, a.created_at, a.expires_at,
    a.deactivated_at, a.subdomains, c.id, c.type, c.token, c.accepted_at, c.validated_at, c.failed_at, c.fault, c.evidence
FROM authorizations AS a
LEFT JOIN challenges AS c ON c.authorization_id = a.id
WHERE a.id = (SELECT authorization_id FROM challenges WHERE id = :challenge_id)
ORDER BY c.position;

-- Of each kind the ones that last longest: whoever asks for authorizations again and again has thousands, and no more of
-- them are looked at than he may need.
-- name: reusable
SELECT a.id, a.account_id, a.identifier_type, a.identifier_value, a.wildcard, a.created_at, a.expires_at,
    a.deactivated_at, a.subdomains, c.id, c.type, c.token, c.accepted_at, c.validated_at, c.failed_at, c.fault, c.evidence
FROM authorizations AS a
LEFT JOIN challenges AS c ON c.authorization_id = a.id
WHERE a.id IN (
    SELECT id FROM (
        SELECT recent.id,
            row_number() OVER (
                PARTITION BY recent.wildcard, recent.subdomains, v.type ORDER BY recent.expires_at DESC, recent.id
            ) AS place
        FROM (
            SELECT id, wildcard, subdomains, expires_at
            FROM authorizations
            WHERE account_id = :account_id AND identifier_type = :type AND identifier_value = :value
                AND expires_at > :now AND deactivated_at IS NULL
            ORDER BY expires_at DESC
            LIMIT :looked_at
        ) AS recent
        JOIN challenges AS v ON v.authorization_id = recent.id AND v.validated_at IS NOT NULL
    ) AS proved
    WHERE place <= :most
)
ORDER BY a.expires_at DESC, a.id, c.position;

-- name: insert
INSERT INTO authorizations
    (id, account_id, identifier_type, identifier_value, wildcard, created_at, expires_at, deactivated_at,
    subdomains)
VALUES
    (:id, :account_id, :type, :value, :wildcard, :created_at, :expires_at, :deactivated_at, :subdomains)
ON CONFLICT DO NOTHING;

-- name: insert_challenge
INSERT INTO challenges
    (id, authorization_id, position, type, token, accepted_at, validated_at, failed_at, fault, evidence)
VALUES
    (:id, :authorization_id, :position, :type, :token, :accepted_at, :validated_at, :failed_at, :fault, :evidence)
ON CONFLICT DO NOTHING;

-- name: accept_challenge
UPDATE challenges
SET accepted_at = :at
WHERE id = :id AND accepted_at IS NULL;

-- The first verdict of an authorization's challenges decides it; one that comes at the same moment was waited for.
-- name: pass_challenge
UPDATE challenges
SET validated_at = :at, evidence = :evidence
WHERE id = :id AND accepted_at IS NOT NULL
    AND NOT EXISTS (
        SELECT 1 FROM challenges AS c
        WHERE c.authorization_id = challenges.authorization_id
            AND (c.validated_at IS NOT NULL OR c.failed_at IS NOT NULL)
    )
    AND EXISTS (SELECT 1 FROM authorizations AS a WHERE a.id = authorization_id AND a.deactivated_at IS NULL);

-- name: prolong
UPDATE authorizations
SET expires_at = :expires
WHERE id = (SELECT authorization_id FROM challenges WHERE id = :challenge_id);

-- name: fail_challenge
UPDATE challenges
SET failed_at = :at, fault = :fault, evidence = :evidence
WHERE id = :id AND accepted_at IS NOT NULL
    AND NOT EXISTS (
        SELECT 1 FROM challenges AS c
        WHERE c.authorization_id = challenges.authorization_id
            AND (c.validated_at IS NOT NULL OR c.failed_at IS NOT NULL)
    )
    AND EXISTS (SELECT 1 FROM authorizations AS a WHERE a.id = authorization_id AND a.deactivated_at IS NULL);

-- A verdict that comes at the same moment is waited for, and seen by the next statement.
-- name: hold
SELECT id
FROM authorizations
WHERE id = :id
-- postgresql: FOR NO KEY UPDATE
;

-- name: hold_of_challenge
SELECT a.id
FROM authorizations AS a
WHERE a.id = (SELECT authorization_id FROM challenges WHERE id = :challenge_id)
-- postgresql: FOR NO KEY UPDATE
;

-- name: deactivate
UPDATE authorizations
SET deactivated_at = :at
WHERE id = :id AND deactivated_at IS NULL AND expires_at > :at
    AND NOT EXISTS (SELECT 1 FROM challenges WHERE authorization_id = :id AND failed_at IS NOT NULL);
