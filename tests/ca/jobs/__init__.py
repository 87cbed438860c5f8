"""The runner of jobs, on the real store."""
