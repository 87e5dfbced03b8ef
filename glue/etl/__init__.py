"""Pure DataFrame -> DataFrame transforms that make a dataset of an upload."""
