"""The pages of the dashboard, as server.py serves them: ``streamlit run dashboard/server.py``."""

import streamlit as st

from dashboard import states
from dashboard.connection import connect
from esynapse.errors import EsynapseError

# Not in a folder named pages: Streamlit runs such scripts by themselves, without this one, for the
# first visitor who follows a link to one of them.
PAGES = (
    ("views/overview.py", "Overview", "📊"),
    ("views/products.py", "Products", "🏷️"),
    ("views/discounts.py", "Discounts", "✂️"),
    ("views/funnel.py", "Funnel", "🛒"),
    ("views/customers.py", "Customers", "👥"),
    ("views/forecast.py", "Forecast", "🔮"),
    ("views/live.py", "Live", "⚡"),
    ("views/pipeline.py", "Pipeline", "🔧"),
)


def main() -> None:
    """Choose the page and run it; what a person can mend is said in one line."""
    page = st.navigation([st.Page(path, title=title, icon=icon) for path, title, icon in PAGES])
    st.set_page_config(
        page_title=f"{page.title} · ESynapse",
        page_icon="📊",
        layout="wide",
        initial_sidebar_state=300,
    )
    try:
        connection = connect()
        if connection.version():
            page.run()
        else:
            st.title(page.title)
            states.wait_for_marts(connection)
    except EsynapseError as error:
        st.error(str(error), icon="🛑")


if __name__ == "__main__":
    main()
