"""The work that goes on behind the requests: rows with leases, and what has to be done on time."""
