from pathlib import Path

import pytest

from localcloud.config import CloudConfig
from localcloud.record import CannotStart, Record, exclusive, read

RECORD = Record(pid=1, started=2.0, endpoint_url="http://127.0.0.1:3", token="t", mark="m", key="k")


@pytest.fixture
def config(tmp_path: Path) -> CloudConfig:
    return CloudConfig(tmp_path / "state")


def test_a_record_is_read_as_it_was_written_and_by_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "cloud.json"

    RECORD.write(path)

    assert read(path) == RECORD
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": 1}'])
def test_what_is_no_record_is_none(tmp_path: Path, text: str) -> None:
    path = tmp_path / "cloud.json"
    path.write_text(text)

    assert read(path) is None
    assert read(tmp_path / "missing.json") is None


def test_a_folder_has_one_cloud_at_a_time(config: CloudConfig) -> None:
    with exclusive(config):
        RECORD.write(config.record)
        with (
            pytest.raises(CannotStart, match=r"runs already at http.* as process 1"),
            exclusive(config),
        ):
            pass

    with exclusive(config):
        assert not config.record.exists()


def test_the_state_of_an_earlier_cloud_is_cleared_but_not_its_log(config: CloudConfig) -> None:
    with exclusive(config):
        config.objects.mkdir()
        (config.objects / "object").write_text("x")
        (config.state / "cloud.log").write_text("it crashed")

    with exclusive(config):
        assert not config.objects.exists()
        assert (config.state / "cloud.log").read_text() == "it crashed"


def test_a_folder_that_is_no_clouds_is_not_touched(config: CloudConfig) -> None:
    config.state.mkdir()
    (config.state / "thesis.txt").write_text("years of work")

    with pytest.raises(CannotStart, match="Choose an empty folder"), exclusive(config):
        pass

    assert (config.state / "thesis.txt").exists()
