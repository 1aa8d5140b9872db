"""The measured figures, as they lie beside this module."""

import json
from pathlib import Path
from typing import Any

FIGURES = Path(__file__).with_name("figures.json")

Figures = dict[str, Any]


def read_figures() -> Figures:
    """What was measured last; ``measure`` and ``statements`` say what is in it."""
    figures: Figures = json.loads(FIGURES.read_text())
    return figures


def write_figures(figures: Figures) -> None:
    """A line for each table and statement, so that a change of one is a change of a line."""
    lines = []
    for name, value in figures.items():
        if isinstance(value, dict):
            inner = [f"  {json.dumps(key)}: {json.dumps(each)}" for key, each in value.items()]
            text = "{\n" + ",\n".join(inner) + "\n }"
        elif isinstance(value, list):
            text = "[\n" + ",\n".join(f"  {json.dumps(each)}" for each in value) + "\n ]"
        else:
            text = json.dumps(value)
        lines.append(f" {json.dumps(name)}: {text}")
    FIGURES.write_text("{\n" + ",\n".join(lines) + "\n}\n")
