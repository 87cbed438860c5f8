-- Whose work it is, so that nobody's waits behind all of somebody else's; empty for the CA's own, which goes first.
ALTER TABLE jobs ADD COLUMN lane TEXT NOT NULL DEFAULT '';
