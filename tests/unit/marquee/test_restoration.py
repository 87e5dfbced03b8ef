"""What the endpoint goes back to when a release failed."""

from typing import Any, cast

import pytest

from marquee.ledger import Challenger, Champion
from marquee.releases.restoration import put_back
from marquee.releases.shifting import Shift


class Asked:
    """A shift that notes which config it is to bring."""

    def __init__(self) -> None:
        self.configs: list[str] = []

    def bring(self, config: str, _tags: Any) -> str:
        self.configs.append(config)
        return "updating"


@pytest.mark.parametrize(
    ("challenger", "config"), [(None, "config-3"), (Challenger("2", 10), "config-3-ab-2")]
)
def test_the_champion_answers_again_and_its_challenger_beside_it(
    challenger: Challenger | None, config: str
) -> None:
    champion = Champion("r", "r", "3", "config-3", 0.9, "2026-11-21T10:00:00.000Z", challenger=challenger)
    shift = Asked()
    assert put_back(cast("Shift", shift), champion) == "updating"
    assert shift.configs == [config]
