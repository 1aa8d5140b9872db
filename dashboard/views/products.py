"""Products: all of them, or the one that the address names, which opens by a click."""

import streamlit as st

from dashboard import clicks, formats, queries
from dashboard.connection import connect
from dashboard.views.product_detail import show_product
from dashboard.views.products_list import show_products

LONGEST_SHOWN = 40
"""Characters of an id that nobody has, as it is said back."""


def show() -> None:
    """Draw the page."""
    wanted = st.query_params.get(clicks.PRODUCT)
    found = connect().query(queries.PRODUCT, product=wanted) if wanted else None
    # Each view has a place of its own: the one that goes away goes at once, not bit by bit.
    if found is not None and len(found):
        st.empty()
        with st.container():
            show_product(found.iloc[0])
        return
    place = st.container()
    st.empty()
    with place:
        show_products(None if wanted is None else _unknown(wanted))


def _unknown(wanted: str) -> str:
    shown = formats.as_text(wanted[:LONGEST_SHOWN])
    return f"There is no product '{shown}' in these data: these are all that there are."


show()
