"""The domain of Marquee: what a run is, how it moves, and what it tells a person."""
