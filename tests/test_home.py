"""A home folder is made once, recognised later, and never guessed at."""

import json
import os
from pathlib import Path

import pytest

from esynapse.errors import EsynapseError
from esynapse.home import FORMAT, open_home


def test_a_home_is_made_with_its_version(tmp_path: Path) -> None:
    home = open_home(tmp_path / "a" / "home")
    assert json.loads((home.root / "home.json").read_text())["format"] == FORMAT
    assert open_home(home.root).root == home.root


@pytest.mark.parametrize(
    ("other", "advice"),
    [(99, "update ESynapse"), (1, "go on with the version that made this one")],
)
def test_a_home_made_by_another_version_is_refused(tmp_path: Path, other: int, advice: str) -> None:
    home = open_home(tmp_path / "home")
    (home.root / "home.json").write_text(json.dumps({"format": other}))
    with pytest.raises(EsynapseError, match=f"format {other}.*{advice}"):
        open_home(home.root)


def test_a_damaged_marker_is_refused(tmp_path: Path) -> None:
    home = open_home(tmp_path / "home")
    (home.root / "home.json").write_text("{")
    with pytest.raises(EsynapseError, match="cannot be read"):
        open_home(home.root)


def test_somebody_elses_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(EsynapseError, match="not empty"):
        open_home(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_home_that_must_be_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(EsynapseError, match="no ESynapse home"):
        open_home(tmp_path / "nowhere", create=False)
    assert not (tmp_path / "nowhere").exists()


def test_a_home_below_a_file_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(EsynapseError, match="cannot create"):
        open_home(tmp_path / "file" / "home")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_home_in_an_unwritable_folder_cannot_be_made(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(EsynapseError, match="cannot create"):
        open_home(tmp_path / "home")


def test_a_lock_is_held_by_one_at_a_time(tmp_path: Path) -> None:
    home = open_home(tmp_path / "home")
    with home.lock("up", busy="busy"):
        second = home.lock("up", busy="busy")
        with pytest.raises(EsynapseError, match="busy"):
            second.__enter__()
    with home.lock("up", busy="busy"):
        pass
