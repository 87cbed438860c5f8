-- What an EAB may be used for: some of its contract's names ([] are all), until when, for how many accounts; and how many
-- it has registered, so that two requests at once cannot both have the last.
ALTER TABLE credentials ADD COLUMN domains TEXT NOT NULL DEFAULT '[]';
ALTER TABLE credentials ADD COLUMN expires_at INTEGER;
ALTER TABLE credentials ADD COLUMN most_accounts INTEGER;
ALTER TABLE credentials ADD COLUMN registered INTEGER NOT NULL DEFAULT 0;

UPDATE credentials
SET registered = (SELECT count(*) FROM accounts WHERE accounts.kid = credentials.kid);

CREATE INDEX accounts_of_credential ON accounts (kid);
