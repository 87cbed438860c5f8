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

-- name: publish
INSERT INTO revocation_lists (number, this_update, next_update, der, crl)
SELECT :number, :this_update, :next_update, :der, :crl
WHERE :number = (SELECT COALESCE(max(number), 0) + 1 FROM revocation_lists)
ON CONFLICT DO NOTHING;

-- name: forget_before
DELETE FROM revocation_lists
WHERE number < :number AND crl = :crl;
