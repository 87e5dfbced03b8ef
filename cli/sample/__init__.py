"""A seeded generator of plausible movie reviews, with the dirt that real exports have."""

from cli.sample.export import write_sample

__all__ = ["write_sample"]
