"""What all tests share."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling

from esynapse.settings import Settings
from flows.quiet import hush_interpreter_exit
from tests.cdnow import cdnow_orders
from tests.homes import purchases_home, shop_home  # noqa: F401 - fixtures

hush_interpreter_exit()

settings.register_profile("thorough", max_examples=220, deadline=None)
settings.register_profile("quick", max_examples=10, deadline=None)
settings.load_profile("thorough")

SHARING = {
    "tests/dashboard/": "shop",
    "tests/tableau/": "shop",
    "tests/dbt_project/": "dbt_project",
    "tests/truth/": "truth",
}
"""Folders whose files share homes that take long to make → what they share."""
SLOW_FILE = re.compile(r"^pytestmark = pytest\.mark\.slow$", re.MULTILINE)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """The fast tests need not wait for what only slow ones import, GoogleSQL above all."""
    if config.option.markexpr != "not slow" or not collection_path.name.startswith("test_"):
        return None
    return SLOW_FILE.search(collection_path.read_text()) is not None or None


class Scheduler(LoadScopeScheduling):
    """A worker gets whole files, or all files of the folders that share a home.

    xdist's own ``--dist loadgroup`` does nothing under pytest 9.2: each test is a group of its own.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return next((home for folder, home in SHARING.items() if file.startswith(folder)), file)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scheduler | None:
    return Scheduler(config, log) if config.getoption("dist") == "loadfile" else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests come first, so that the quick ones fill what time one worker has left
    at the end."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


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
