-- Who of those who log in to the portal may do there what the operator's commands do; name is whom records name.
CREATE TABLE operators (
    customer_id TEXT PRIMARY KEY REFERENCES customers (id),
    name TEXT NOT NULL,
    added_at INTEGER NOT NULL
) STRICT;
