"""Telling customers what happened. Knows no store and no job; what cannot be delivered now is raised."""
