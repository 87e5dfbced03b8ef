"""Breaks a local stage in every way that has a name, and tells what survived (`make chaos`)."""
