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


SHARED_HOMES = {
    **dict.fromkeys(["built", "purchases_only"], "marts"),
    **dict.fromkeys(["shop_home", "purchases_home"], "dashboard"),
    "shops": "truth",
}
"""Fixtures of a session that take long to make, and the name of who uses them."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A file's tests go to one worker, and so do all files that use the same home."""
    group_of_file: dict[Path, str] = {}
    for item in items:
        for fixture in SHARED_HOMES.keys() & set(getattr(item, "fixturenames", ())):
            group_of_file[item.path] = SHARED_HOMES[fixture]
    for item in items:
        group = group_of_file.get(item.path, item.path.stem)
        item.add_marker(pytest.mark.xdist_group(group))


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
