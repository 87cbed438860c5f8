-- Problems with certificates that were reported or found, by whom, and what became of them; serials is a JSON list.
CREATE TABLE problem_reports (
    id TEXT PRIMARY KEY,
    cause TEXT NOT NULL,
    about TEXT NOT NULL,
    reporter TEXT NOT NULL,
    serials TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    answered_at INTEGER,
    answer TEXT,
    closed_at INTEGER,
    outcome TEXT
) STRICT;

CREATE INDEX problem_reports_open ON problem_reports (received_at, id) WHERE closed_at IS NULL;
