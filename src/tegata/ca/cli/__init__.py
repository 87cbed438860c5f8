"""The command line ``tegata-ca``: its grammar, its commands, and how their results are shown."""
