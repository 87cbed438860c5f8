"""Validation of identifiers as seen from the network. Knows no account, no order and no store."""
