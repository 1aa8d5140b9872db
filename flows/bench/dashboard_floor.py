"""Streamlit's own floor: the least app that draws a chart and redraws it for a choice."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flows.bench.browser import Server, served

SCRIPT = """
import altair as alt
import pandas as pd
import streamlit as st

choices = ("All", "On sale", "Regular price")
chosen = st.segmented_control(
    "Discount period", choices, default="All", key="discount", bind="query-params"
)
days = pd.DataFrame({"day": range(30), "value": range(30)})
days["value"] += choices.index(chosen or "All")
st.altair_chart(alt.Chart(days).mark_bar().encode(x="day", y="value"))
"""


@contextmanager
def floor() -> Iterator[Server]:
    """Serve it, in its own folder and with Streamlit's own configuration."""
    with tempfile.TemporaryDirectory(prefix="esynapse-bench-") as folder:
        script = Path(folder, "floor", "app.py")
        script.parent.mkdir()
        script.write_text(SCRIPT)
        with served(Path(folder, "home"), script) as server:
            yield server
