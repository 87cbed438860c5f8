"""X.509, keys and names as pure values: no I/O, no clock, nothing of ACME.

Randomness is used only inside ``cryptography``, to make keys and signatures.
"""
