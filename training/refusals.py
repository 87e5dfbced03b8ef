"""The one error a training job shows to the person who started it."""


class Refused(Exception):
    """The job cannot go on; the message is one sentence that says what is wrong and where."""


class Interrupted(Exception):
    """The job was told to end (SIGTERM) and kept what it needs to go on; the message says where it stood."""
