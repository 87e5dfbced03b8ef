"""The `marquee` command: one program for the laptop cloud and for AWS."""
