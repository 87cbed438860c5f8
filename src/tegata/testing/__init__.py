"""The public test kit: what a program that embeds Tegata, or our own tests and demo, may start beside themselves."""
