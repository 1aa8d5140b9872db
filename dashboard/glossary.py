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
    return _columns()[f"{mart}.{column}"]


@cache
def _columns() -> dict[str, str]:
    """``mart.column`` → description."""
    words = {
        name: " ".join(text.split())
        for page in (DBT_PROJECT / "models").rglob("*.md")
        for name, text in _BLOCK.findall(page.read_text(encoding="utf-8"))
    }
    jinja = Environment(autoescape=False)  # noqa: S701 - Markdown, shown as text
    return {
        f"{model['name']}.{column['name']}": " ".join(
            jinja.from_string(column["description"]).render(doc=words.__getitem__).split()
        )
        for path in sorted((DBT_PROJECT / "models" / "marts").glob("*.yml"))
        for model in yaml.safe_load(path.read_text(encoding="utf-8")).get("models", [])
        for column in model["columns"]
    }
