"""The ACME protocol (RFC 8555, RFC 9773) as pure values: no I/O, no clock, no waiting.

Client and CA use the same modules: one encodes what the other decodes.
"""
