"""The ACME client as a library: ``tegata.client.api`` is its door. Reads and writes no file."""
