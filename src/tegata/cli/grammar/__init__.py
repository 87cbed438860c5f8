"""What may be written on the command line, and what was: tables of commands and flags, and how words are read."""
