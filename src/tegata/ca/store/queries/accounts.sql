-- name: get
SELECT id, thumbprint, jwk, contract_id, kid, binding, contacts, terms_agreed_at, created_at, deactivated_at
FROM accounts
WHERE id = :id;

-- name: bound
SELECT a.id, a.thumbprint, a.jwk, a.contract_id, a.kid, a.binding, a.contacts, a.terms_agreed_at, a.created_at,
    a.deactivated_at, c.id, c.customer_id, c.service, c.organization, c.domains, c.application, c.applied_at, c.starts,
    c.ends, c.renewed_at, c.suspended_at, c.ended_at, c.examined_at, k.kid, k.contract_id, k.sealed_mac, k.created_at,
    k.superseded_at, k.disabled_at, k.domains, k.expires_at, k.most_accounts, k.label
FROM accounts AS a
JOIN contracts AS c ON c.id = a.contract_id
JOIN credentials AS k ON k.kid = a.kid
WHERE a.id = :id;

-- name: by_thumbprint
SELECT id, thumbprint, jwk, contract_id, kid, binding, contacts, terms_agreed_at, created_at, deactivated_at
FROM accounts
WHERE thumbprint = :thumbprint;

-- name: of_contract
SELECT id, thumbprint, jwk, contract_id, kid, binding, contacts, terms_agreed_at, created_at, deactivated_at
FROM accounts
WHERE contract_id = :contract_id
ORDER BY created_at, id;

-- name: without_agreement
SELECT EXISTS (
    SELECT 1
    FROM accounts
    WHERE contract_id = :contract_id AND deactivated_at IS NULL
        AND (terms_agreed_at IS NULL OR terms_agreed_at < :since)
);

-- name: insert
INSERT INTO accounts
    (id, thumbprint, jwk, contract_id, kid, binding, contacts, terms_agreed_at, created_at, deactivated_at)
VALUES
    (:id, :thumbprint, :jwk, :contract_id, :kid, :binding, :contacts, :terms_agreed_at, :created_at, :deactivated_at)
ON CONFLICT DO NOTHING;

-- name: update_contacts
UPDATE accounts
SET contacts = :contacts
WHERE id = :id AND deactivated_at IS NULL;

-- name: change_key
UPDATE accounts
SET thumbprint = :thumbprint, jwk = :jwk
WHERE id = :id AND thumbprint = :former AND deactivated_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM accounts AS holder WHERE holder.thumbprint = :thumbprint);

-- name: remember_key
INSERT INTO former_keys (account_id, thumbprint)
SELECT :id, :former
WHERE (SELECT count(*) FROM former_keys WHERE account_id = :id) < :most
ON CONFLICT DO NOTHING;

-- name: former_keys
SELECT thumbprint
FROM former_keys
WHERE account_id = :id
ORDER BY thumbprint;

-- name: bind
UPDATE accounts
SET kid = :kid, binding = :binding
WHERE id = :id AND kid = :former AND deactivated_at IS NULL;

-- name: deactivate
UPDATE accounts
SET deactivated_at = :at
WHERE id = :id AND deactivated_at IS NULL;

-- Those that have agreed since are left as they are: a contract may have very many.
-- name: agree
UPDATE accounts
SET terms_agreed_at = :at
WHERE contract_id = :contract_id AND deactivated_at IS NULL AND (terms_agreed_at IS NULL OR terms_agreed_at < :since);
