"""What the CA does, once for every face it has: the ACME interface, the portal and the command line call these."""
