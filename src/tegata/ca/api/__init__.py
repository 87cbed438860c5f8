"""The ACME interface (RFC 8555, RFC 9773) over the services: raw ASGI outside, ``acme.wire`` values inside."""
