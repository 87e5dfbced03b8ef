"""Archives: packed from the root, opened with suspicion."""

import io
import tarfile
from pathlib import Path

import pytest

from localcloud.sagemaker import archives
from localcloud.sagemaker.archives import pack, unpack


def test_a_folder_comes_out_as_it_went_in(tmp_path: Path) -> None:
    source = tmp_path / "model"
    (source / "code").mkdir(parents=True)
    (source / "code" / "inference.py").write_text("x = 1\n")
    (source / "model.json").write_text("{}")

    folder = unpack(pack(source, tmp_path / "model.tar.gz"), tmp_path / "out")

    assert sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*")) == [
        "code",
        "code/inference.py",
        "model.json",
    ]


@pytest.mark.parametrize(
    ("name", "kind", "link"),
    [
        ("../escaped", tarfile.REGTYPE, ""),
        ("link", tarfile.SYMTYPE, "/etc/passwd"),
        ("device", tarfile.CHRTYPE, ""),
    ],
)
def test_a_member_that_leaves_the_folder_is_refused(
    tmp_path: Path, name: str, kind: bytes, link: str
) -> None:
    archive = tmp_path / "evil.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        member = tarfile.TarInfo(name)
        member.type, member.linkname = kind, link
        tar.addfile(member, io.BytesIO())

    with pytest.raises(tarfile.FilterError):
        unpack(archive, tmp_path / "out")
    assert not (tmp_path / "escaped").exists()


def test_an_archive_that_unpacks_to_too_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model/zeros").write_bytes(bytes(10_000))
    archive = archives.pack(tmp_path / "model", tmp_path / "bomb.tar.gz")
    monkeypatch.setattr(archives, "_MOST_BYTES", 9_999)

    with pytest.raises(tarfile.FilterError, match="unpacks to more than"):
        archives.unpack(archive, tmp_path / "out")
