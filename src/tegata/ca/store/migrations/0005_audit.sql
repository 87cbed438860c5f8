-- What happened, appended in the unit of work in which it happened; links of a chain of digests over it.

CREATE TABLE events (
    id TEXT PRIMARY KEY,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    facts TEXT NOT NULL,
    link INTEGER
) STRICT;

CREATE INDEX events_of_link ON events (link, at, id);
CREATE INDEX events_of_subject ON events (subject, at);

CREATE TABLE links (
    number INTEGER PRIMARY KEY,
    previous BLOB NOT NULL,
    digest BLOB NOT NULL,
    events INTEGER NOT NULL,
    made_at INTEGER NOT NULL
) STRICT;
