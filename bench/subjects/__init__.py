"""What `make bench` measures: a module per subject, each giving its tables."""
