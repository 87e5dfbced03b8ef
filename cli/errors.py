"""The one exception that a command raises for a failure it expected."""


class CommandError(Exception):
    """Why a command failed, in words, and what the person should do next."""

    def __init__(self, message: str, next_step: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.next_step = next_step
