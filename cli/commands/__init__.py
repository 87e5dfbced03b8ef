"""One module per command: `run(arguments, terminal)` gives the exit status."""
