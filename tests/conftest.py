"""What all tests share."""

import os

import pytest

from flows.quiet import hush_interpreter_exit

hush_interpreter_exit()


@pytest.fixture(autouse=True)
def _settings_of_the_test_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """No setting of the person who runs the tests, and no default home, reaches a test."""
    for name in os.environ:
        if name.startswith("ESYNAPSE_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("ESYNAPSE_HOME", str(tmp_path_factory.getbasetemp() / "no-home"))
