-- Who examined an organization, by what, and who released it; a contract has the instant of what was released last.
CREATE TABLE examinations (
    id TEXT PRIMARY KEY,
    contract_id TEXT NOT NULL REFERENCES contracts (id),
    organization TEXT NOT NULL,
    source TEXT NOT NULL,
    evidence TEXT NOT NULL,
    authority TEXT NOT NULL,
    examiner TEXT NOT NULL,
    examined_at INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    releaser TEXT,
    released_at INTEGER
) STRICT;

CREATE INDEX examinations_of_contract ON examinations (contract_id);

ALTER TABLE contracts ADD COLUMN examined_at INTEGER;
