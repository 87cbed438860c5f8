-- What was revoked as compromised: a key is looked for here before each signature, however many certificates it has.
CREATE INDEX certificates_compromised ON certificates (spki_digest, account_id) WHERE reason = 1;
