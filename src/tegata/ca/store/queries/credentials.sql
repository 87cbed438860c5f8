-- name: get
SELECT kid, contract_id, sealed_mac, created_at, superseded_at, disabled_at, domains, expires_at, most_accounts,
    label
FROM credentials
WHERE kid = :kid;

-- name: of_contract
SELECT kid, contract_id, sealed_mac, created_at, superseded_at, disabled_at, domains, expires_at, most_accounts,
    label
FROM credentials
WHERE contract_id = :contract_id
ORDER BY created_at DESC, kid;

-- name: page
SELECT kid, contract_id, sealed_mac, created_at, superseded_at, disabled_at, domains, expires_at, most_accounts,
    label
FROM credentials
WHERE contract_id = :contract_id AND created_at <= :before AND (created_at < :before OR kid > :after)
ORDER BY created_at DESC, kid
LIMIT :most;

-- One that is active before others, and one that is not limited before those that are; of equals the newest.
-- name: principal
SELECT kid, contract_id, sealed_mac, created_at, superseded_at, disabled_at, domains, expires_at, most_accounts,
    label
FROM credentials
WHERE contract_id = :contract_id AND kid <> :kept
ORDER BY
    CASE
        WHEN disabled_at IS NULL
            AND (superseded_at IS NULL OR superseded_at > :now)
            AND (expires_at IS NULL OR expires_at > :now)
        THEN 0 ELSE 1
    END,
    CASE WHEN domains = '[]' AND most_accounts IS NULL AND expires_at IS NULL THEN 0 ELSE 1 END,
    created_at DESC,
    kid
LIMIT 1;

-- name: insert
INSERT INTO credentials
    (kid, contract_id, sealed_mac, created_at, superseded_at, disabled_at, domains, expires_at, most_accounts, label)
VALUES
    (:kid, :contract_id, :sealed_mac, :created_at, :superseded_at, :disabled_at, :domains, :expires_at, :most_accounts,
    :label)
ON CONFLICT DO NOTHING;

-- name: label
UPDATE credentials
SET label = :label
WHERE kid = :kid;

-- name: supersede
UPDATE credentials
SET superseded_at = :at
WHERE kid = :kid AND superseded_at IS NULL;

-- name: disable
UPDATE credentials
SET disabled_at = :at
WHERE kid = :kid AND disabled_at IS NULL;

-- name: use
UPDATE credentials
SET registered = registered + 1, used_at = :at, used_by = :account_id
WHERE kid = :kid
    AND disabled_at IS NULL
    AND (superseded_at IS NULL OR superseded_at > :at)
    AND (expires_at IS NULL OR expires_at > :at)
    AND (most_accounts IS NULL OR registered < most_accounts);

-- The account's orders were placed under the credential that it leaves.
-- name: leave
UPDATE credentials
SET used_at = (SELECT max(created_at) FROM orders WHERE account_id = :account_id), used_by = :account_id
WHERE kid = :kid
    AND COALESCE(used_at, 0) < (SELECT max(created_at) FROM orders WHERE account_id = :account_id);

-- name: last_use
SELECT used_at, used_by FROM credentials WHERE kid = :kid
UNION ALL
SELECT (SELECT max(created_at) FROM orders WHERE account_id = accounts.id), id FROM accounts WHERE kid = :kid
ORDER BY 1 DESC NULLS LAST, 2
LIMIT 1;

-- name: usage
SELECT
    (SELECT registered FROM credentials WHERE kid = :kid),
    (SELECT count(*) FROM accounts WHERE kid = :kid AND deactivated_at IS NULL),
    count(*),
    min(certificates.not_after)
FROM certificates
JOIN accounts ON accounts.id = certificates.account_id
WHERE certificates.contract_id = :contract_id
    AND certificates.not_after >= :now
    AND certificates.issued_at IS NOT NULL
    AND certificates.revoked_at IS NULL
    AND accounts.kid = :kid
    AND accounts.deactivated_at IS NULL;

-- As usage, of the credentials that a contract was given in a time by one look at its certificates, and not by one for
-- each credential.
-- name: usages
WITH live AS MATERIALIZED (
    SELECT a.kid, count(*) AS certificates, min(c.not_after) AS first_end
    FROM certificates AS c
    JOIN accounts AS a ON a.id = c.account_id
    WHERE c.contract_id = :contract_id
        AND c.not_after >= :now
        AND c.issued_at IS NOT NULL
        AND c.revoked_at IS NULL
        AND a.deactivated_at IS NULL
    GROUP BY a.kid
)
SELECT
    k.kid,
    k.registered,
    (SELECT count(*) FROM accounts WHERE kid = k.kid AND deactivated_at IS NULL),
    COALESCE(live.certificates, 0),
    live.first_end
FROM credentials AS k
LEFT JOIN live ON live.kid = k.kid
WHERE k.contract_id = :contract_id AND k.created_at BETWEEN :first AND :last;
