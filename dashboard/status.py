"""What ``esynapse status`` says of the local home, read once for all viewers."""

from typing import Any

import streamlit as st

from esynapse.pipeline.status import read_status
from esynapse.settings import load_settings

Facts = dict[str, Any]


def local_status() -> dict[str, Facts]:
    """What ``read_status`` says, read at most every five seconds.

    Raises:
        EsynapseError: a file of the lake is damaged, or the target has no home.
    """
    return _status(str(load_settings().home))


@st.cache_data(ttl=5, max_entries=4, show_spinner=False)
def _status(home: str) -> dict[str, Facts]:  # noqa: ARG001 - part of the key
    return read_status(load_settings())
