"""Pipeline: whether the figures can be trusted, and everything that says so."""

import streamlit as st

from dashboard import filters, measures, queries
from dashboard.page import Page, open_page
from dashboard.views.pipeline_builds import show_builds
from dashboard.views.pipeline_lake import show_lake
from dashboard.views.pipeline_prefect import show_prefect
from dashboard.views.pipeline_rows import show_oddities, show_quarantine, show_rows
from dashboard.views.pipeline_stream import show_stream
from dashboard.views.pipeline_trust import show_trust
from esynapse.home import Home
from esynapse.settings import load_settings


def show(page: Page) -> None:
    """Draw the page."""
    days = page.connection.query(queries.PIPELINE_DAYS)
    chosen = measures.between(days, "health_date", page.selection.start, page.selection.end)
    show_trust(page, chosen)
    show_builds(page, days)
    show_stream(page)
    show_rows(chosen)
    left, right = st.columns([3, 2])
    with left:
        show_oddities(chosen)
    with right:
        show_quarantine(page)
    show_prefect(page)
    show_lake()
    _documentation()


def _documentation() -> None:
    if Home(load_settings().home.absolute()).docs.exists():
        st.link_button("Documentation of the marts", "/dbt-docs", icon=":material/menu_book:")


show(open_page("Pipeline", "Can these figures be trusted: fresh, whole and green?", filters.DATES))
