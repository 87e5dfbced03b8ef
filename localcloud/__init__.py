"""An AWS on one laptop: MiniStack in process, with real compute plugged in where it has none."""
