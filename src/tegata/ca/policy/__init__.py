"""The CA's rules as pure functions of records, settings and instants: they raise what they refuse."""
