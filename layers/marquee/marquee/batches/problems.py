"""Everything that is wrong with a batch file, told at once."""

_MOST = 10


class RefusedBatch(Exception):
    """A file that cannot be predicted as it is; its text is for the person who dropped it."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems) + ".")


class Problems(list[str]):
    """Collects problems row by row, and gives up when there are too many to be worth reading."""

    def add(self, problem: str) -> None:
        """Note one problem; RefusedBatch with all of them at the tenth."""
        self.append(problem)
        if len(self) >= _MOST:
            raise RefusedBatch([*self, "and perhaps more: reading stopped here"])

    def check(self) -> None:
        """Raise RefusedBatch if there is any problem."""
        if self:
            raise RefusedBatch(self)
