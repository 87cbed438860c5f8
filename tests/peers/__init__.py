"""Test peers: real programs on loopback, one file a program, each usable without pytest."""
