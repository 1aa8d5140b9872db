"""Bad input gets one clear line on standard error, exit code 2, and changes nothing."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from esynapse.home import open_home

pytestmark = pytest.mark.slow


def esynapse(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "flows.cli", *map(str, arguments)],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        timeout=120,
    )


def assert_refused(result: subprocess.CompletedProcess[str], *words: str) -> None:
    assert result.returncode == 2, result.stderr
    assert result.stdout == ""
    assert len(result.stderr.strip().splitlines()) == 1, result.stderr
    assert result.stderr.startswith("esynapse: ")
    for word in words:
        assert word in result.stderr


@pytest.mark.parametrize("days", ["0", "-3", "many"])
def test_a_senseless_number_of_days_is_refused(tmp_path: Path, days: str) -> None:
    home = tmp_path / "home"
    assert_refused(esynapse("up", "--once", "--days", days, "--home", home), "--days", days)
    assert not home.exists()


@pytest.mark.parametrize(
    ("option", "known"), [("--profile", "rees46, typical"), ("--disorder", "mild, none, wild")]
)
def test_an_unknown_name_is_refused_with_those_known(
    tmp_path: Path, option: str, known: str
) -> None:
    home = tmp_path / "home"
    result = esynapse("up", "--once", option, "atlantis", "--home", home)
    assert_refused(result, "atlantis", known)
    assert not home.exists()


def test_an_unwritable_home_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert_refused(esynapse("up", "--once", "--home", tmp_path / "file" / "home"), "cannot create")


def test_a_home_made_by_a_newer_version_is_refused(tmp_path: Path) -> None:
    home = open_home(tmp_path / "home")
    (home.root / "home.json").write_text(json.dumps({"format": 99}))
    before = sorted(p.name for p in home.root.rglob("*"))
    assert_refused(esynapse("up", "--once", "--home", home.root), "format 99")
    assert sorted(p.name for p in home.root.rglob("*")) == before


def test_a_second_up_on_the_same_home_is_refused(tmp_path: Path) -> None:
    home = open_home(tmp_path / "home")
    with home.lock("up", busy=""):
        assert_refused(esynapse("up", "--once", "--home", home.root), "another 'esynapse up'")


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        result = esynapse("up", "--home", tmp_path / "home", ESYNAPSE_PREFECT_PORT=port)
    assert_refused(result, port, "ESYNAPSE_PREFECT_PORT")


def test_a_query_before_there_are_marts_says_what_to_do(tmp_path: Path) -> None:
    home = open_home(tmp_path / "home")
    assert_refused(esynapse("query", "select 1", "--home", home.root), "esynapse up")


def test_a_command_on_a_home_that_is_not_there_does_not_make_it(tmp_path: Path) -> None:
    for command in (["status"], ["query", "select 1"], ["down"], ["publish"], ["dashboard"]):
        assert_refused(esynapse(*command, "--home", tmp_path / "home"), "no ESynapse home")
    assert not (tmp_path / "home").exists()


def test_an_unknown_command_is_one_line() -> None:
    assert_refused(esynapse("fly"), "fly")


def test_a_setting_of_the_environment_that_is_wrong_is_named(tmp_path: Path) -> None:
    result = esynapse("up", "--home", tmp_path / "home", ESYNAPSE_TIMEZONE="Moon/Base")
    assert_refused(result, "timezone", "Moon/Base")
