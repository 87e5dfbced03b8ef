"""Finds the permissions that nobody needs, by taking each one away and looking whether anybody notices."""
