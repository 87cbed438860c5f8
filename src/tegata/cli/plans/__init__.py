"""What was asked, as typed values: one plan a command, made from words alone."""
