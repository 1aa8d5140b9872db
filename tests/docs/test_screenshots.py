"""The pictures of the dashboard: of its pages, and those that the documents show."""

import importlib
import re
from pathlib import Path
from types import ModuleType

import pytest

from dashboard.app import PAGES as NAVIGATION
from flows.bench.browser import PAGES

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(DOCS)
    return importlib.import_module("screenshots")


def test_there_is_a_picture_of_every_page_of_the_app(script: ModuleType) -> None:
    assert tuple(Path(entry[0]).stem for entry in NAVIGATION) == PAGES
    assert script.names() == {f"{name}-{theme}.webp" for name in PAGES for theme in script.THEMES}


def test_the_documents_show_pictures_that_the_script_makes(script: ModuleType) -> None:
    texts = [DOCS.parent / "README.md", *DOCS.glob("*.md")]
    shown = {
        name
        for text in texts
        for name in re.findall(r"screenshots/([\w-]+\.\w+)", text.read_text())
    }
    assert "overview-light.webp" in shown
    assert shown <= script.names()
