"""The store contract: what any store of the CA must do."""
