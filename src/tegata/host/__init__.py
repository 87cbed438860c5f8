"""What lives on the server's disk and clock: files, locks, hooks, and when a certificate is due.

Knows the client's verbs and the protocol below it, but nothing of command lines.
"""
