-- name: get
SELECT customer_id, login, name, added_at
FROM operators JOIN customers ON customers.id = customer_id
WHERE customer_id = :customer_id;

-- name: all
SELECT customer_id, login, name, added_at
FROM operators JOIN customers ON customers.id = customer_id
ORDER BY login;

-- name: insert
INSERT INTO operators (customer_id, name, added_at)
VALUES (:customer_id, :called, :added_at)
ON CONFLICT DO NOTHING;

-- name: remove
DELETE FROM operators
WHERE customer_id = :customer_id;
