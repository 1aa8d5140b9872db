"""The hint that a first visitor sees, and how the server knows one.

The first page that a browser loads sets a cookie with the time of that visit; the hint stands until
it is closed, or until that visit is a while ago.
"""

import time

import streamlit as st
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "esynapse_first_visit"
NEW_FOR = 15 * 60  # seconds
KEPT_FOR = 365 * 24 * 3600

HINT = """
**New here?** The filters on the left act on every page and stand in the address, so a link shows
others what you see. Click a bar to filter by it, draw over a time axis to zoom into it, click a
product to open it. **?** says what a figure means, **Data** gives the rows of a card as a file.
"""


class FirstVisit:
    """Middleware that remembers when a browser came first; nothing else is kept of it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a browser's first request for a page with the cookie."""
        if scope["type"] != "http" or COOKIE in HTTPConnection(scope).cookies:
            await self.app(scope, receive, send)
            return

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith("text/html"):
                    headers.append(
                        "set-cookie",
                        f"{COOKIE}={int(time.time())}; Max-Age={KEPT_FOR}; Path=/; HttpOnly; "
                        "SameSite=Lax",
                    )
            await send(message)

        await self.app(scope, receive, send_with_cookie)


def show_hint() -> None:
    """Draw the hint for a new visitor who has not closed it."""
    if not _is_new(st.context.cookies.get(COOKIE, "")) or st.session_state.get("hint_closed"):
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="hint"):
        st.markdown(HINT)
        st.button("Got it", on_click=lambda: st.session_state.update(hint_closed=True))


def _is_new(first_visit: str) -> bool:
    """Whether the cookie's time is that of a visit just begun."""
    return (
        first_visit.isascii()
        and first_visit.isdigit()
        and (0 <= time.time() - int(first_visit[:12]) < NEW_FOR)
    )
