-- name: get
SELECT serial, order_id, account_id, contract_id, names, not_before, not_after, spki_digest, tbs, intended_at,
    chain_pem, issued_at, revoked_at, reason, crl, replace_from, replace_by, replace_page
FROM certificates
WHERE serial = :serial;

-- ``serials`` is a JSON object, whose names they are: both engines take one apart in the same words.
-- name: many
SELECT serial, order_id, account_id, contract_id, names, not_before, not_after, spki_digest, tbs, intended_at,
    chain_pem, issued_at, revoked_at, reason, crl, replace_from, replace_by, replace_page
FROM certificates
WHERE serial IN (SELECT key FROM json_each(:serials));

-- name: intended_for
SELECT serial, order_id, account_id, contract_id, names, not_before, not_after, spki_digest, tbs, intended_at,
    chain_pem, issued_at, revoked_at, reason, crl, replace_from, replace_by, replace_page
FROM certificates
WHERE order_id = :order_id;

-- name: issued_before
SELECT serial, order_id, account_id, contract_id, names, not_before, not_after, spki_digest, tbs, intended_at,
    chain_pem, issued_at, revoked_at, reason, crl, replace_from, replace_by, replace_page
FROM certificates
WHERE contract_id = :contract_id AND issued_at IS NOT NULL AND (intended_at, serial) < (:at, :serial)
ORDER BY intended_at DESC, serial DESC
LIMIT :most;

-- name: issued_after
SELECT serial, order_id, account_id, contract_id, names, not_before, not_after, spki_digest, tbs, intended_at,
    chain_pem, issued_at, revoked_at, reason, crl, replace_from, replace_by, replace_page
FROM certificates
WHERE serial > :after AND issued_at IS NOT NULL
ORDER BY serial
LIMIT :most;

-- name: count_valid
SELECT count(*)
FROM certificates
WHERE contract_id = :contract_id AND not_after >= :now AND issued_at IS NOT NULL AND revoked_at IS NULL;

-- name: current_for
SELECT serial, order_id, account_id, contract_id, names, not_before, not_after, spki_digest, tbs, intended_at,
    chain_pem, issued_at, revoked_at, reason, crl, replace_from, replace_by, replace_page
FROM certificates
WHERE contract_id = :contract_id AND names_digest = :names_digest AND not_after >= :until
    AND issued_at IS NOT NULL AND revoked_at IS NULL
ORDER BY intended_at DESC, serial
LIMIT :most;

-- Those that are the newest for their names, and either past half of their life (three quarters from ten days on:
-- their time is over later, and one that is renewed in time is not read), wanted replaced, or from before the contract
-- was renewed: all whose time to be replaced may have gone by. A newer one is looked for among those for the same names:
-- by its + SQLite does not go through all that the contract was issued later, which of many is hours.
-- name: last_of_names
SELECT serial, order_id, account_id, contract_id, names, not_before, not_after, spki_digest, tbs, intended_at,
    chain_pem, issued_at, revoked_at, reason, crl, replace_from, replace_by, replace_page
FROM certificates
WHERE contract_id = :contract_id AND (not_after, serial) > (:not_after, :serial)
    AND issued_at IS NOT NULL AND revoked_at IS NULL
    AND (
        (:now - not_before) * 4
            >= (not_after - not_before) * CASE WHEN not_after - not_before >= 864000000000 THEN 3 ELSE 2 END
        OR replace_from IS NOT NULL OR intended_at < :renewed_at
    )
    AND NOT EXISTS (
        SELECT 1 FROM certificates AS newer
        WHERE newer.contract_id = certificates.contract_id AND newer.names_digest = certificates.names_digest
            AND (+newer.intended_at, newer.serial) > (certificates.intended_at, certificates.serial)
            AND newer.issued_at IS NOT NULL AND newer.revoked_at IS NULL
    )
ORDER BY not_after, serial
LIMIT :most;

-- name: latest_names
SELECT names, intended_at, serial
FROM certificates
WHERE contract_id = :contract_id AND (intended_at, serial) < (:at, :serial) AND intended_at > :since
    AND not_after >= :now AND issued_at IS NOT NULL AND revoked_at IS NULL
ORDER BY intended_at DESC, serial DESC
LIMIT :most;

-- name: of_key
SELECT serial, account_id, crl, not_after, reason
FROM certificates
WHERE spki_digest = :spki_digest AND issued_at IS NOT NULL
ORDER BY intended_at DESC, serial;

-- name: is_compromised
SELECT EXISTS (SELECT 1 FROM blocked_keys WHERE spki_digest = :spki_digest)
    OR EXISTS (SELECT 1 FROM certificates WHERE spki_digest = :spki_digest AND account_id = :account_id AND reason = 1);

-- name: revoked
SELECT serial, revoked_at, reason
FROM certificates
WHERE crl = :crl AND serial > :after AND revoked_at IS NOT NULL AND not_after >= :since
ORDER BY serial
LIMIT :most;

-- name: insert
INSERT INTO certificates
    (serial, order_id, account_id, contract_id, names, names_digest, not_before, not_after, spki_digest, tbs,
    intended_at, chain_pem, issued_at, revoked_at, reason, crl)
SELECT :serial, :order_id, :account_id, :contract_id, :names, :names_digest, :not_before, :not_after, :spki_digest,
    :tbs, :intended_at, :chain_pem, :issued_at, :revoked_at, :reason, :crl
WHERE NOT EXISTS (SELECT 1 FROM blocked_keys WHERE spki_digest = :spki_digest)
    AND NOT EXISTS (
        SELECT 1 FROM certificates WHERE spki_digest = :spki_digest AND account_id = :account_id AND reason = 1
    )
ON CONFLICT DO NOTHING;

-- name: issue
UPDATE certificates
SET chain_pem = :chain_pem, issued_at = :at
WHERE serial = :serial AND issued_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM blocked_keys AS b WHERE b.spki_digest = certificates.spki_digest)
    AND NOT EXISTS (
        SELECT 1 FROM certificates AS c
        WHERE c.spki_digest = certificates.spki_digest AND c.account_id = certificates.account_id AND c.reason = 1
    );

-- name: finish
UPDATE certificates
SET chain_pem = :chain_pem
WHERE serial = :serial AND issued_at IS NOT NULL AND revoked_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM blocked_keys AS b WHERE b.spki_digest = certificates.spki_digest)
    AND NOT EXISTS (
        SELECT 1 FROM certificates AS c
        WHERE c.spki_digest = certificates.spki_digest AND c.account_id = certificates.account_id AND c.reason = 1
    );

-- name: revoke
UPDATE certificates
SET revoked_at = :at, reason = :reason
WHERE serial = :serial AND issued_at IS NOT NULL AND revoked_at IS NULL;

-- name: revoke_for_key_compromise
UPDATE certificates
SET reason = 1
WHERE serial = :serial AND revoked_at IS NOT NULL AND reason <> 1;

-- name: replace
UPDATE certificates
SET replace_from = :starts, replace_by = :ends, replace_page = :page
WHERE serial = :serial AND issued_at IS NOT NULL AND revoked_at IS NULL;
