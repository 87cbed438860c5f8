"""The command line ``tegata``: what was asked, in lego's words; nothing of ACME or files is decided here."""
