"""Solvers of ACME challenges that come with Tegata."""
