"""Where dead letters are read, sent again and thrown away."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cli.dead_letters.letters import Letter
from cli.dead_letters.notifications import notify
from cli.errors import CommandError
from cli.queue import Reading, looking_through

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cli.account import Account

QUEUES = ("UndeliveredEventsUrl", "FailedEventsUrl")
SENDING_SECONDS = 300
"""Longer than letters take to be sent with all the SDK's retries: nobody else may send them meanwhile."""


@dataclass(frozen=True)
class Desk:
    """An open look through every dead-letter queue of a stage."""

    account: Account
    readings: dict[str, Reading]

    def letters(self) -> Iterator[Letter]:
        """Yield every dead letter, queue by queue."""
        for queue, reading in self.readings.items():
            yield from (Letter.parse(message, queue) for message in reading.messages())

    def send_again(self, letter: Letter) -> str:
        """Hand a letter to whom it was for, and delete it once it was taken; says who took it."""
        taker = self._deliver(letter)
        self.discard(letter)
        return taker

    def discard(self, letter: Letter) -> None:
        """Delete a letter."""
        self.readings[letter.queue].delete(letter.id)

    def _deliver(self, letter: Letter) -> str:
        if not letter.function.startswith(f"marquee-{self.account.stage}-"):
            raise CommandError(
                f"Letter {letter.id[:8]} is for {letter.target or 'nobody it names'}, "
                f"which is not of stage {self.account.stage}; it was not sent.",
                "`marquee dead-letters --json` shows all of it; `marquee redrive ID --discard` deletes it.",
            )
        if ":function:" in letter.target:
            return self._invoke(letter)
        if letter.event.get("Type") == "Notification":
            return notify(self.account, letter)
        return self._publish(letter)

    def _invoke(self, letter: Letter) -> str:
        # Lambda answers as soon as it keeps the event, and sees to it as it did the first time.
        self.account.client("lambda").invoke(
            FunctionName=letter.target, InvocationType="Event", Payload=letter.payload
        )
        return letter.function

    def _publish(self, letter: Letter) -> str:
        self.account.client("sns").publish(TopicArn=letter.target, Message=letter.payload)
        return letter.function


@contextmanager
def desk(account: Account, hidden_seconds: int = 30) -> Iterator[Desk]:
    """Look through the queues; what is not sent or deleted is given back at the end."""
    client = account.client("sqs")
    with ExitStack() as stack:
        yield Desk(
            account,
            {
                queue: stack.enter_context(looking_through(client, account.outputs[queue], hidden_seconds))
                for queue in QUEUES
            },
        )
