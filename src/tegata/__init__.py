"""Tegata: ACME from both ends, a client and a certification authority."""

__version__ = "0.1.0"
