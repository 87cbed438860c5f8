"""Certificates and CRLs: the CA's keys, profiles, lint and signatures. Knows no account, no order and no store."""
