-- name: get
SELECT o.id, o.account_id, o.contract_id, o.identifiers, o.not_before, o.not_after, o.replaces, o.created_at,
    o.expires_at, o.processing_at, o.csr, o.serial, o.fault, o.replacement, o.profile, l.authorization_id
FROM orders AS o
LEFT JOIN order_authorizations AS l ON l.order_id = o.id
WHERE o.id = :id
ORDER BY l.position;

-- name: last_replacing
SELECT id
FROM orders
WHERE replaces = :certificate_id AND replacement IS NOT NULL
ORDER BY replacement DESC
LIMIT 1;

-- What has not expired was created a while ago at most: an account's orders of years are not walked through.
-- name: newest
SELECT id
FROM orders
WHERE account_id = :account_id AND expires_at > :now AND created_at > :oldest AND fault IS NULL
ORDER BY created_at DESC, id DESC
LIMIT :most;

-- name: following
SELECT id
FROM orders
WHERE account_id = :account_id AND expires_at > :now AND created_at > :oldest AND fault IS NULL
    AND (created_at, id) < (:created_at, :id)
ORDER BY created_at DESC, id DESC
LIMIT :most;

-- Of the accounts that the CA keeps for customers of the portal; written so that the index of all that expires, which
-- has the orders of ACME clients too, does not fit.
-- name: applied_for
SELECT id
FROM orders
WHERE account_id >= 'portal-' AND account_id < 'portal.' AND COALESCE(serial, fault) IS NULL
    AND expires_at >= :after AND (expires_at > :after OR id > :after_id)
ORDER BY expires_at, id
LIMIT :most;

-- name: insert
INSERT INTO orders
    (id, account_id, contract_id, identifiers, not_before, not_after, replaces, created_at, expires_at,
    processing_at, csr, serial, fault, replacement, profile)
VALUES
    (:id, :account_id, :contract_id, :identifiers, :not_before, :not_after, :replaces, :created_at, :expires_at,
    :processing_at, :csr, :serial, :fault, :replacement, :profile)
ON CONFLICT DO NOTHING;

-- name: insert_authorization
INSERT INTO order_authorizations (order_id, position, authorization_id)
VALUES (:order_id, :position, :authorization_id)
ON CONFLICT DO NOTHING;

-- What was judged before counts as it is now: between the two a node may have stood still.
-- name: begin_processing
UPDATE orders
SET processing_at = :at, csr = :csr
WHERE id = :id AND processing_at IS NULL AND serial IS NULL AND fault IS NULL AND expires_at > :at
    AND EXISTS (
        SELECT 1 FROM accounts AS a
        JOIN contracts AS c ON c.id = a.contract_id
        JOIN credentials AS k ON k.kid = a.kid
        WHERE a.id = orders.account_id AND a.deactivated_at IS NULL
            AND c.ended_at IS NULL AND c.suspended_at IS NULL
            AND k.disabled_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > :at)
    )
    AND NOT EXISTS (
        SELECT 1 FROM order_authorizations AS l
        JOIN authorizations AS z ON z.id = l.authorization_id
        WHERE l.order_id = orders.id AND (z.deactivated_at IS NOT NULL OR z.expires_at <= :at)
    );

-- name: complete
UPDATE orders
SET serial = :serial
WHERE id = :id AND processing_at IS NOT NULL AND serial IS NULL AND fault IS NULL;

-- name: fail
UPDATE orders
SET fault = :fault
WHERE id = :id AND serial IS NULL AND fault IS NULL;

-- Of years of orders none is looked at but those that may be open: see newest.
-- name: cancel_open
UPDATE orders
SET fault = :fault
WHERE account_id = :account_id AND expires_at > :at AND created_at > :oldest
    AND processing_at IS NULL AND fault IS NULL;
