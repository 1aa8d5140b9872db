"""What all tests share."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

from flows.quiet import hush_interpreter_exit
from tests.cdnow import cdnow_orders

hush_interpreter_exit()

settings.register_profile("thorough", max_examples=220, deadline=None)
settings.register_profile("quick", max_examples=10, deadline=None)
settings.load_profile("thorough")


@pytest.fixture(autouse=True)
def _settings_of_the_test_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """No setting of the person who runs the tests, and no default home, reaches a test."""
    for name in os.environ:
        if name.startswith("ESYNAPSE_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("ESYNAPSE_HOME", str(tmp_path_factory.getbasetemp() / "no-home"))


@pytest.fixture(scope="session")
def cdnow() -> Path:
    """A real file of orders: 69,659 lines of 23,570 customers, 1997-01 to 1998-06."""
    return cdnow_orders()
