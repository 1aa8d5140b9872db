"""The table of docs/pubsub.md says what the suite says."""

import importlib
import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture
def script(monkeypatch):
    monkeypatch.syspath_prepend(DOCS)
    return importlib.import_module("pubsub_table")


def test_the_page_has_the_table_that_the_script_would_write(script):
    page = script.PAGE.read_text()
    assert page == script.page_with(script.table(), page), "run 'python docs/pubsub_table.py'"


def test_every_behaviour_cites_a_page_of_the_documentation_and_is_told_once(script):
    rows = [row.split(" | ") for row in script.table().splitlines() if "](https://" in row]
    assert len(rows) >= 60
    assert len({row[0] for row in rows}) == len(rows)
    for row in rows:
        assert re.search(r"]\(https://(cloud\.google\.com/pubsub|grpc\.io/docs)/", row[3])


def test_a_page_without_a_place_for_the_table_is_refused(script):
    with pytest.raises(ValueError, match="no place for the table"):
        script.page_with("made", "a page")
