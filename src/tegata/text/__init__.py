"""Japanese and English of everything a person reads, and the one catalogue of errors."""
