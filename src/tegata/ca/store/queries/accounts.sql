-- name: get
SELECT id, thumbprint, jwk, contract_id, kid, binding, contacts, terms_agreed_at, created_at, deactivated_at
FROM accounts
WHERE id = :id;

-- name: by_thumbprint
SELECT id, thumbprint, jwk, contract_id, kid, binding, contacts, terms_agreed_at, created_at, deactivated_at
FROM accounts
WHERE thumbprint = :thumbprint;

-- name: of_contract
SELECT id, thumbprint, jwk, contract_id, kid, binding, contacts, terms_agreed_at, created_at, deactivated_at
FROM accounts
WHERE contract_id = :contract_id
ORDER BY created_at, id;

-- name: insert
INSERT INTO accounts
    (id, thumbprint, jwk, contract_id, kid, binding, contacts, terms_agreed_at, created_at, deactivated_at)
VALUES
    (:id, :thumbprint, :jwk, :contract_id, :kid, :binding, :contacts, :terms_agreed_at, :created_at, :deactivated_at)
ON CONFLICT DO NOTHING;
