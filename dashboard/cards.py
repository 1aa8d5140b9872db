"""Rows of cards that wrap where the window is too narrow for their words."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.elements.lib.grid_container import GridContainer

GAP = 15  # pixels


def card_row(count: int, *, width: int = 150) -> list[DeltaGenerator]:
    """Cells for ``count`` cards, side by side as long as each has ``width`` pixels.

    An even count folds in the middle, so that no card is left alone in a row.
    """
    if count % 2:
        return _cells(st.grid(count, min_column_width=width, gap=GAP), count)
    each = count // 2
    halves = st.grid(2, min_column_width=each * (width + GAP) - GAP, gap=GAP)
    left, right = (halves.grid(each, min_column_width=width, gap=GAP) for _ in range(2))
    return _cells(left, each) + _cells(right, each)


def _cells(grid: GridContainer, count: int) -> list[DeltaGenerator]:
    return [grid.empty() for _ in range(count)]
