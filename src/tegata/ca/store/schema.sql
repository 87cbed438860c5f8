-- What the CA remembers, as it is after all migrations (a test compares): read here, change in migrations/.
--
-- Instants are INTEGER microseconds since 1970 UTC; compound values are JSON in TEXT. PostgreSQL reads BIGINT for
-- INTEGER, BYTEA for BLOB, and compares TEXT octet by octet (postgresql/dialect.py). Statuses are not stored: they are derived from these facts. The
-- checks and unique indexes below are the last line of defence, not the first.

CREATE TABLE customers (
    id TEXT PRIMARY KEY,
    login TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE sessions (
    token_digest BLOB PRIMARY KEY,
    customer_id TEXT NOT NULL REFERENCES customers (id),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;

CREATE INDEX sessions_expiring ON sessions (expires_at);

CREATE TABLE operators (
    customer_id TEXT PRIMARY KEY REFERENCES customers (id),
    name TEXT NOT NULL,
    added_at INTEGER NOT NULL
) STRICT;

CREATE TABLE contracts (
    id TEXT PRIMARY KEY,
    customer_id TEXT NOT NULL REFERENCES customers (id),
    service TEXT NOT NULL,
    organization TEXT NOT NULL,
    domains TEXT NOT NULL,
    application TEXT NOT NULL,
    applied_at INTEGER NOT NULL,
    starts INTEGER NOT NULL,
    ends INTEGER NOT NULL,
    renewed_at INTEGER,
    suspended_at INTEGER,
    ended_at INTEGER,
    examined_at INTEGER
) STRICT;

CREATE INDEX contracts_of_customer ON contracts (customer_id);
-- Since when a contract waits to be examined, less the 398 days that an examination counts.
CREATE INDEX contracts_examined
    ON contracts (service, COALESCE(examined_at, applied_at - 34387200000000), id) WHERE ended_at IS NULL;

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
CREATE INDEX examinations_unreleased ON examinations (examined_at, id) WHERE released_at IS NULL;

-- domains [] are all of the contract's; registered counts the accounts that were made by it. used_at and used_by are the
-- last registration, or a later order that is not among those of its accounts any more.
CREATE TABLE credentials (
    kid TEXT PRIMARY KEY,
    contract_id TEXT NOT NULL REFERENCES contracts (id),
    sealed_mac BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    superseded_at INTEGER,
    disabled_at INTEGER,
    domains TEXT NOT NULL DEFAULT '[]',
    expires_at INTEGER,
    most_accounts INTEGER,
    registered INTEGER NOT NULL DEFAULT 0,
    label TEXT NOT NULL DEFAULT '',
    used_at INTEGER,
    used_by TEXT
) STRICT;

CREATE INDEX credentials_of_contract ON credentials (contract_id);

CREATE TABLE accounts (
    id TEXT PRIMARY KEY,
    thumbprint TEXT NOT NULL UNIQUE,
    jwk TEXT NOT NULL,
    contract_id TEXT NOT NULL REFERENCES contracts (id),
    kid TEXT NOT NULL REFERENCES credentials (kid),
    binding BLOB NOT NULL,
    contacts TEXT NOT NULL,
    terms_agreed_at INTEGER,
    created_at INTEGER NOT NULL,
    deactivated_at INTEGER
) STRICT;

CREATE INDEX accounts_of_contract ON accounts (contract_id);
CREATE INDEX accounts_of_credential ON accounts (kid);

-- Keys that an account had before: lasting records that were made with one of them count on.
CREATE TABLE former_keys (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    thumbprint TEXT NOT NULL,
    PRIMARY KEY (account_id, thumbprint)
) STRICT;

CREATE TABLE authorizations (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    identifier_type TEXT NOT NULL,
    identifier_value TEXT NOT NULL,
    wildcard INTEGER NOT NULL CHECK (wildcard IN (0, 1)),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    deactivated_at INTEGER,
    subdomains INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX authorizations_of_identifier
    ON authorizations (account_id, identifier_type, identifier_value, expires_at);

CREATE TABLE challenges (
    id TEXT PRIMARY KEY,
    authorization_id TEXT NOT NULL REFERENCES authorizations (id),
    position INTEGER NOT NULL,
    type TEXT NOT NULL,
    token TEXT NOT NULL,
    accepted_at INTEGER,
    validated_at INTEGER,
    failed_at INTEGER,
    fault TEXT,
    evidence BLOB,
    CHECK (validated_at IS NULL OR failed_at IS NULL),
    CHECK (accepted_at IS NOT NULL OR (validated_at IS NULL AND failed_at IS NULL)),
    UNIQUE (authorization_id, position)
) STRICT;

-- What was seen for a challenge beside its own evidence: CAA looked at again, and other perspectives.
CREATE TABLE observations (
    challenge_id TEXT NOT NULL REFERENCES challenges (id),
    seen_at INTEGER NOT NULL,
    look TEXT NOT NULL,
    perspective TEXT NOT NULL,
    region TEXT NOT NULL,
    error TEXT,
    evidence BLOB NOT NULL,
    PRIMARY KEY (challenge_id, seen_at, look, perspective)
) STRICT;

CREATE TABLE orders (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    contract_id TEXT NOT NULL REFERENCES contracts (id),
    identifiers TEXT NOT NULL,
    not_before INTEGER,
    not_after INTEGER,
    replaces TEXT,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    processing_at INTEGER,
    csr BLOB,
    serial TEXT REFERENCES certificates (serial),
    fault TEXT,
    replacement INTEGER,
    profile TEXT,
    CHECK (serial IS NULL OR (processing_at IS NOT NULL AND fault IS NULL))
) STRICT;

CREATE INDEX orders_of_account ON orders (account_id, created_at, id);
-- Orders of the accounts that the CA keeps for customers of the portal.
CREATE INDEX orders_applied_for
    ON orders (expires_at, id) WHERE account_id >= 'portal-' AND account_id < 'portal.';
-- Orders that replace one certificate are numbered from 0 on; whoever comes second with a number is refused.
CREATE UNIQUE INDEX orders_replacing ON orders (replaces, replacement) WHERE replaces IS NOT NULL;

CREATE TABLE order_authorizations (
    order_id TEXT NOT NULL REFERENCES orders (id),
    position INTEGER NOT NULL,
    authorization_id TEXT NOT NULL REFERENCES authorizations (id),
    PRIMARY KEY (order_id, position)
) STRICT;

-- One certificate an order, from the intent on: whatever races, a second one cannot be stored. names_digest stands for
-- the set of names, whatever their order.
CREATE TABLE certificates (
    serial TEXT PRIMARY KEY,
    order_id TEXT NOT NULL UNIQUE REFERENCES orders (id),
    account_id TEXT NOT NULL REFERENCES accounts (id),
    contract_id TEXT NOT NULL REFERENCES contracts (id),
    names TEXT NOT NULL,
    names_digest BLOB NOT NULL,
    not_before INTEGER NOT NULL,
    not_after INTEGER NOT NULL,
    spki_digest BLOB NOT NULL,
    tbs BLOB NOT NULL,
    intended_at INTEGER NOT NULL,
    chain_pem BLOB,
    issued_at INTEGER,
    revoked_at INTEGER,
    reason INTEGER,
    crl TEXT NOT NULL DEFAULT 'issuing',
    replace_from INTEGER,
    replace_by INTEGER,
    replace_page TEXT,
    CHECK ((chain_pem IS NULL) = (issued_at IS NULL)),
    CHECK ((revoked_at IS NULL) = (reason IS NULL)),
    CHECK (revoked_at IS NULL OR issued_at IS NOT NULL)
) STRICT;

CREATE INDEX certificates_of_contract ON certificates (contract_id, names_digest, not_after);
CREATE INDEX certificates_newest ON certificates (contract_id, intended_at, serial);
CREATE INDEX certificates_lasting ON certificates (contract_id, not_after, serial, account_id)
    WHERE issued_at IS NOT NULL AND revoked_at IS NULL;
-- All that a CRL has, so that it is written without a look at the certificates.
CREATE INDEX certificates_revoked ON certificates (crl, serial, not_after, revoked_at, reason)
    WHERE revoked_at IS NOT NULL;
CREATE INDEX certificates_of_key ON certificates (spki_digest);
CREATE INDEX certificates_compromised ON certificates (spki_digest, account_id) WHERE reason = 1;

-- A precertificate counts as issued: its certificate is issued from then on, and finished when its SCTs are in it.
CREATE TABLE precertificates (
    serial TEXT PRIMARY KEY REFERENCES certificates (serial),
    der BLOB NOT NULL,
    signed_at INTEGER NOT NULL,
    scts BLOB,
    finished_at INTEGER,
    CHECK (finished_at IS NULL OR scts IS NOT NULL)
) STRICT;

-- Keys that are known to others: nothing is issued for them any more. The digest is that of the SubjectPublicKeyInfo.
CREATE TABLE blocked_keys (
    spki_digest BLOB PRIMARY KEY,
    blocked_at INTEGER NOT NULL,
    cause TEXT NOT NULL
) STRICT;

-- A job is leased while it has an owner. due_at is the instant from which anybody may take it: the end of the lease, or
-- the time it was wanted for. again_at is set when the same work is asked for while it is being done. lane says whose it
-- is, '' the CA's own.
CREATE TABLE jobs (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    run_at INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    owner TEXT,
    attempts INTEGER NOT NULL,
    again_at INTEGER,
    lane TEXT NOT NULL DEFAULT '',
    UNIQUE (kind, subject)
) STRICT;

CREATE INDEX jobs_due ON jobs (due_at);
-- Of each lane what is due first, however many jobs of it wait.
CREATE INDEX jobs_of_lane ON jobs (lane, due_at);

CREATE TABLE revocation_lists (
    number INTEGER PRIMARY KEY,
    this_update INTEGER NOT NULL,
    next_update INTEGER NOT NULL,
    der BLOB NOT NULL,
    crl TEXT NOT NULL DEFAULT 'issuing'
) STRICT;

-- Which there are, without a look at what is in them.
CREATE INDEX revocation_lists_heads ON revocation_lists (crl, number, this_update, next_update);

-- Spent nonces, where several nodes share this database.
CREATE TABLE nonces (
    id BLOB PRIMARY KEY,
    expires_at INTEGER NOT NULL
) STRICT;

CREATE INDEX nonces_expiring ON nonces (expires_at);

-- What happened, appended in the unit of work in which it happened. A moment later one process binds those without a
-- link to the next one: the digest over the one before it and its events.
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

-- No digest has made_at in it, and nothing is judged by it.
CREATE TABLE links (
    number INTEGER PRIMARY KEY,
    previous BLOB NOT NULL,
    digest BLOB NOT NULL,
    events INTEGER NOT NULL,
    made_at INTEGER NOT NULL
) STRICT;

-- The ways by which house-keeping finds what is old, and by which it is seen that nothing hangs on it any more.
CREATE INDEX orders_expiring ON orders (expires_at, id) WHERE serial IS NULL;
CREATE INDEX orders_of_certificate ON orders (serial) WHERE serial IS NOT NULL;
CREATE INDEX order_authorizations_of_authorization ON order_authorizations (authorization_id);
CREATE INDEX authorizations_expiring ON authorizations (expires_at, id);
CREATE INDEX certificates_expiring ON certificates (not_after, serial);
-- Buckets of rate limits: when each is full again. A row that is full is as good as none.
CREATE TABLE limits (
    subject TEXT PRIMARY KEY,
    full_at INTEGER NOT NULL
) STRICT;

CREATE INDEX limits_full ON limits (full_at);

-- Names whose validation failed for an account, and how often in a row; from paused_at on nothing is tried any more.
CREATE TABLE failures (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    name TEXT NOT NULL,
    in_a_row INTEGER NOT NULL,
    full_at INTEGER NOT NULL,
    paused_at INTEGER,
    PRIMARY KEY (account_id, name)
) STRICT;

CREATE INDEX failures_full ON failures (full_at) WHERE paused_at IS NULL;
-- Of an account whose names fail by the thousand, those that are held back are found without the others.
CREATE INDEX failures_held ON failures (account_id, full_at);
CREATE INDEX failures_paused ON failures (account_id, full_at) WHERE paused_at IS NOT NULL;

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

CREATE INDEX problem_reports_received ON problem_reports (received_at, id);
CREATE INDEX problem_reports_open ON problem_reports (received_at, id) WHERE closed_at IS NULL;
