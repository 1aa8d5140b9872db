"""What a click on a chart or a table does: it sets the filters, or opens a product.

A chart is given a selection (``pickable``, ``zoomable``); its callback turns what was selected into
the widgets' values, which stand in the URL.
"""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import altair as alt
import pandas as pd
import streamlit as st

from dashboard import charts, filters
from dashboard.filters import CATEGORIES, DATES

PICK, ZOOM = "pick", "zoom"
ZOOMED = "zoomed"
"""How often a span was drawn: with each, new charts, on which none is drawn yet."""
PRODUCT = "product"
"""The query parameter that names the product in detail."""
PRODUCT_ID = "product_id"
HINT = "Click to filter, Shift-click for several, double-click for all."


def pickable(chart: Any, column: str) -> Any:
    """Let marks of ``chart`` be clicked: one, with Shift several, none by a double click."""
    picks = alt.selection_point(name=PICK, fields=[column], clear="dblclick")
    return charts.with_params(chart, picks)


def zoomable(chart: Any) -> Any:
    """Let a span of its x axis be drawn with the mouse."""
    return charts.with_params(chart, alt.selection_interval(name=ZOOM, encodings=["x"]))


def filter_categories(key: str) -> None:
    """The categories picked in the chart ``key`` become the filter; none means all."""
    picked = st.session_state[key].selection.get(PICK) or []
    st.session_state[CATEGORIES] = [each["category"] for each in picked if "category" in each]


def zoom_dates(key: str) -> None:
    """The span drawn in the chart ``key`` becomes the dates filter."""
    span = next(iter((st.session_state[key].selection.get(ZOOM) or {}).values()), None)
    if span:
        st.session_state[ZOOMED] = st.session_state.get(ZOOMED, 0) + 1
        st.session_state[DATES] = tuple(_day(each) for each in (min(span), max(span)))


def open_product(key: str, products: pd.DataFrame | None = None) -> None:
    """Open the product that was clicked in the table or picked in the chart ``key``.

    To be called after it was drawn, not from its callback; on the page of products itself,
    show_product is its callback.

    Args:
        products: the rows of the table; None for a chart, whose marks have the field product_id.
    """
    if product := _clicked(key, products):
        filters.carry()
        st.switch_page("views/products.py", query_params={PRODUCT: product})


def show_product(key: str, products: pd.DataFrame | None = None) -> None:
    """On the page of products, open what open_product would open."""
    if product := _clicked(key, products):
        st.query_params[PRODUCT] = product


def close_product() -> None:
    """Back from a product to all of them."""
    st.query_params.pop(PRODUCT, None)


def _clicked(key: str, products: pd.DataFrame | None) -> str | None:
    selection = st.session_state[key].selection
    if products is None:
        picked = selection.get(PICK) or []
        return str(picked[0][PRODUCT_ID]) if picked else None
    cells = selection.get("cells") or []
    return str(products.iloc[cells[0][0]][PRODUCT_ID]) if cells else None


def _day(milliseconds: float) -> date:
    """Charts are given wall-clock time, which a browser reads as that of its own zone."""
    zone = ZoneInfo(st.context.timezone or "UTC")
    return datetime.fromtimestamp(milliseconds / 1000, zone).date()
