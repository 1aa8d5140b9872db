"""What is served: the Streamlit page, and beside it the documentation of the dbt project."""

import streamlit as st
from altair.utils import schemapi
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from dashboard import panel, prefect_api  # noqa: F401 - all that pages import: no visitor waits
from dashboard.hint import FirstVisit
from esynapse.home import Home
from esynapse.pipeline.docs_site import CONTENT_SECURITY_POLICY
from esynapse.settings import load_settings

HEADERS = {
    # sandbox: its scripts reach nothing of the Streamlit page, whose address they share
    "Content-Security-Policy": f"{CONTENT_SECURITY_POLICY}; sandbox allow-scripts",
    "Cache-Control": "no-cache",
    "X-Content-Type-Options": "nosniff",
}


def dbt_docs(_: Request) -> Response:
    """The page of this home, or what to do to get it."""
    page = Home(load_settings().home.absolute()).docs
    if not page.exists():
        return PlainTextResponse("not written yet: run 'esynapse docs'", status_code=404)
    return FileResponse(page, media_type="text/html", headers=HEADERS)


schemapi.disable_debug_mode()  # see charts.to_spec
app = st.App("app.py", routes=[Route("/dbt-docs", dbt_docs)], middleware=[Middleware(FirstVisit)])
