-- A contract's certificates, the newest first, a page at a time: of a contract with many, the others are not read.
CREATE INDEX certificates_newest ON certificates (contract_id, intended_at, serial);
