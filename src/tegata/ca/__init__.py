"""The certification authority: contracts, credentials, the ACME service and the portal on one set of services."""
