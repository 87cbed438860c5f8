"""The steps that commands are made of: the account, asking, proving, ordering, hooks, and what is said meanwhile."""
