-- name: latest
SELECT number, this_update, next_update, der
FROM revocation_lists
ORDER BY number DESC
LIMIT 1;

-- name: publish
INSERT INTO revocation_lists (number, this_update, next_update, der)
SELECT :number, :this_update, :next_update, :der
WHERE :number = (SELECT COALESCE(max(number), 0) + 1 FROM revocation_lists)
ON CONFLICT DO NOTHING;

-- name: forget_before
DELETE FROM revocation_lists
WHERE number < :number;
