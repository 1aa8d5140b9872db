"""What a figure means, in the words of the dbt project: said there once, shown where it stands."""

import re
from functools import cache

import yaml
from jinja2 import Environment

from esynapse.pipeline.dbt_project import DBT_PROJECT

_BLOCK = re.compile(r"{% docs (\w+) %}(.*?){% enddocs %}", re.DOTALL)


def meaning(mart: str, column: str) -> str:
    """The description of a mart's column.

    Raises:
        KeyError: dbt describes no such column.
    """
    return _columns(mart)[column]


@cache
def _columns(mart: str) -> dict[str, str]:
    """Column → description."""
    path = DBT_PROJECT / "models" / "marts" / f"{mart}.yml"
    if not path.is_file():
        raise KeyError(mart)
    # libyaml's: the one written in Python takes a second for all marts, while a visitor waits
    (model,) = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)["models"]
    return {each["name"]: _rendered(each["description"]) for each in model["columns"]}


def _rendered(description: str) -> str:
    if "{{" in description:
        jinja = Environment(autoescape=False)  # noqa: S701 - Markdown, shown as text
        description = jinja.from_string(description).render(doc=_words().__getitem__)
    return " ".join(description.split())


@cache
def _words() -> dict[str, str]:
    """dbt's blocks of documentation, by name."""
    return {
        name: text
        for page in (DBT_PROJECT / "models").rglob("*.md")
        for name, text in _BLOCK.findall(page.read_text(encoding="utf-8"))
    }
