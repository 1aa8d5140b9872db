"""The marts in the words of the dbt project: their columns, types and meanings.

What a figure means is said there once, and shown wherever the figure stands.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml
from jinja2 import Environment

from esynapse.pipeline.dbt_project import DBT_PROJECT

_BLOCK = re.compile(r"{% docs (\w+) %}(.*?){% enddocs %}", re.DOTALL)


@dataclass(frozen=True)
class Column:
    """A column of a mart, as its enforced contract has it."""

    name: str
    type: str
    """BigQuery's: string, int64, float64, numeric(18, 2), bool, date or timestamp."""
    meaning: str


def meaning(mart: str, column: str) -> str:
    """The description of a mart's column.

    Raises:
        KeyError: dbt describes no such column.
    """
    return columns(mart)[column].meaning


@cache
def columns(mart: str) -> dict[str, Column]:
    """The columns of a mart by their names, in its order.

    Raises:
        KeyError: dbt builds no such mart.
    """
    return {
        each["name"]: Column(
            each["name"], _rendered(each["data_type"]), _rendered(each["description"])
        )
        for each in _model(mart)["columns"]
    }


def grain(mart: str) -> str:
    """What one row of a mart is: the first line of its description."""
    return " ".join(_model(mart)["description"].split("\n\n")[0].split())


@cache
def _model(mart: str) -> dict[str, Any]:
    path = DBT_PROJECT / "models" / "marts" / f"{mart}.yml"
    if not path.is_file():
        raise KeyError(mart)
    # libyaml's: the one written in Python takes a second for all marts, while a visitor waits
    (model,) = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)["models"]
    assert isinstance(model, dict)
    return model


def _rendered(text: str) -> str:
    if "{{" in text:
        jinja = Environment(autoescape=False)  # noqa: S701 - Markdown, shown as text
        text = jinja.from_string(text).render(doc=_words().__getitem__, target={"type": "bigquery"})
    return " ".join(text.split())


@cache
def _words() -> dict[str, str]:
    """dbt's blocks of documentation, by name."""
    return {
        name: text
        for page in (DBT_PROJECT / "models").rglob("*.md")
        for name, text in _BLOCK.findall(page.read_text(encoding="utf-8"))
    }
