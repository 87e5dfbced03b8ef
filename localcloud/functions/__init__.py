"""The Lambda execution environment: one warm process for each invocation that runs at a time."""
