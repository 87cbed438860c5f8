-- Whether the proof counts for all names below its own too (RFC 9444).
ALTER TABLE authorizations ADD COLUMN subdomains INTEGER NOT NULL DEFAULT 0;
