"""The pages of the dashboard, as server.py serves them: ``streamlit run dashboard/server.py``."""

from pathlib import Path

import streamlit as st

from dashboard import states
from dashboard.connection import connect
from esynapse.errors import EsynapseError

# Not in a folder named pages: Streamlit runs such scripts by themselves, without this one, for the
# first visitor who follows a link to one of them.
PAGES = (
    ("views/overview.py", "Overview", "monitoring"),
    ("views/products.py", "Products", "sell"),
    ("views/discounts.py", "Discounts", "percent"),
    ("views/funnel.py", "Funnel", "filter_alt"),
    ("views/customers.py", "Customers", "group"),
    ("views/forecast.py", "Forecast", "trending_up"),
    ("views/live.py", "Live", "bolt"),
    ("views/pipeline.py", "Pipeline", "account_tree"),
)
"""Script, title, and icon, of the font that comes with Streamlit."""

HERE = Path(__file__).parent


def main() -> None:
    """Choose the page and run it; what a person can mend is said in one line."""
    pages = [st.Page(path, title=title) for path, title, _ in PAGES]
    # Links of our own: given an icon, st.Page would fetch it from the net for the browser's tab.
    page = st.navigation(pages, position="hidden")
    st.set_page_config(
        page_title=f"{page.title} · ESynapse",
        page_icon=str(HERE / "icon.svg"),
        layout="wide",
        initial_sidebar_state=300,
    )
    st.html(HERE / "style.css")
    st.logo(str(HERE / "logo.svg"), size="large")
    with st.sidebar:
        for each, (_, _, icon) in zip(pages, PAGES, strict=True):
            st.page_link(each, icon=f":material/{icon}:", width="stretch")
    try:
        connection = connect()
        if connection.version():
            page.run()
        else:
            st.title(page.title, anchor=False)
            states.wait_for_marts(connection)
    except EsynapseError as error:
        st.error(str(error), icon=":material/error:")


if __name__ == "__main__":
    main()
