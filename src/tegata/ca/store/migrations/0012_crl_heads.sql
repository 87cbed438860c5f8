-- Which CRLs there are, without a look at what is in them: one may have fifty megabytes.
CREATE INDEX revocation_lists_heads ON revocation_lists (crl, number, this_update, next_update);
