"""The one error a training job shows to the person who started it."""


class Refused(Exception):
    """The job cannot go on; the message is one sentence that says what is wrong and where."""
