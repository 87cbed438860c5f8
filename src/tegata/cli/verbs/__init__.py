"""The commands, one a file: each does what its plan says."""
