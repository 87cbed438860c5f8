"""The CA's memory: one SQLite file behind the store port; SQL lives here only, in ``.sql`` files."""
