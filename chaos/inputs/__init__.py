"""Malformed and odd uploads by class, each with what has to become of it."""
