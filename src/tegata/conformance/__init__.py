"""Whether an ACME server keeps to its standards, seen from outside: requests right and wrong, and what came back."""
