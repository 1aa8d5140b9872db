"""What all tests share."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from esynapse.settings import Settings
from flows.quiet import hush_interpreter_exit
from tests.cdnow import cdnow_orders

hush_interpreter_exit()

settings.register_profile("thorough", max_examples=220, deadline=None)
settings.register_profile("quick", max_examples=10, deadline=None)
settings.load_profile("thorough")


@pytest.fixture(scope="session", autouse=True)
def _settings_of_the_tests_alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No setting of the person who runs the tests, and no default home, reaches a test."""
    with pytest.MonkeyPatch.context() as patch:
        for name in Settings.model_fields:
            patch.delenv(f"ESYNAPSE_{name.upper()}", raising=False)
        patch.setenv("ESYNAPSE_HOME", str(tmp_path_factory.getbasetemp() / "no-home"))
        yield


@pytest.fixture(autouse=True)
def _settings_stay_as_they_were() -> Iterator[None]:
    """A test that leaves a setting in the environment changes those after it."""
    before = {name: value for name, value in os.environ.items() if name.startswith("ESYNAPSE_")}
    yield
    assert before == {n: v for n, v in os.environ.items() if n.startswith("ESYNAPSE_")}


@pytest.fixture(scope="session")
def cdnow() -> Path:
    """A real file of orders: 69,659 lines of 23,570 customers, 1997-01 to 1998-06."""
    return cdnow_orders()
