-- name: latest
SELECT number, this_update, next_update, der, crl
FROM revocation_lists
WHERE crl = :crl
ORDER BY number DESC
LIMIT 1;

-- A row without a name is no CRL: it keeps the numbers from beginning anew.
-- name: heads
SELECT crl, number, this_update, next_update
FROM revocation_lists
WHERE crl > ''
ORDER BY crl, number;

-- name: head
SELECT number, this_update, next_update
FROM revocation_lists
WHERE crl = :crl
ORDER BY number DESC
LIMIT 1;

-- name: newest_number
SELECT COALESCE(max(number), 0)
FROM revocation_lists;

-- Before the signature, so that no number is signed twice; it has no name until there is a CRL of it.
-- name: claim
INSERT INTO revocation_lists (number, this_update, next_update, der, crl)
SELECT :number, 0, 0, :der, ''
WHERE :number = (SELECT COALESCE(max(number), 0) + 1 FROM revocation_lists)
ON CONFLICT DO NOTHING;

-- name: forget_claims
DELETE FROM revocation_lists
WHERE number < :number AND crl = '';

-- name: publish
UPDATE revocation_lists
SET this_update = :this_update, next_update = :next_update, der = :der, crl = :crl
WHERE number = :number AND crl = '' AND number = (SELECT max(number) FROM revocation_lists);

-- name: forget_before
DELETE FROM revocation_lists
WHERE number < :number AND crl = :crl;
