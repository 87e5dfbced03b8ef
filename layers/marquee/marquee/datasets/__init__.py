"""From an upload to a dataset: validation, and the job that cleans and splits it."""
