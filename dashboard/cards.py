"""Key figures: cards in rows that wrap where the window is too narrow for their words.

All cards of a row are one element of the page. As six of st.metric they would be twenty, with a
chart of Vega in each, which took the browser half of the time that it has for a page.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from urllib.parse import quote

import pandas as pd
import streamlit as st

from dashboard import colours, formats

COURSE_WIDTH, COURSE_HEIGHT = 100, 24
"""Of a sparkline, in units of its own."""
DRAWING = (
    f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {COURSE_WIDTH} {COURSE_HEIGHT}" '
    f'preserveAspectRatio="none"><polygon fill="{colours.ACTUAL}" opacity="0.14" '
    f'points="0,{COURSE_HEIGHT} {{points}} {COURSE_WIDTH},{COURSE_HEIGHT}"/>'
    f'<polyline fill="none" stroke="{colours.ACTUAL}" stroke-width="2" '
    'vector-effect="non-scaling-stroke" points="{points}"/></svg>'
)


@dataclass(frozen=True)
class Card:
    """One figure, as it is read; its texts stand for themselves, but for `code`."""

    label: str
    value: str
    delta: str | None = None
    """Its change, as formats.change and formats.points write it."""
    compared: str | None = None
    """With what; stands beside the change."""
    note: str | None = None
    """A line below, a second comparison for example."""
    about: str | None = None
    """What it means, one hover away; of a mart's column by mart_docs.meaning."""
    days: pd.Series | None = None
    """Its course, drawn as a sparkline."""
    good_up: bool | None = True
    """Whether a rise is good; None where neither is, which leaves the change grey."""


def show_cards(cards: Sequence[Card], *, across: int | None = None) -> None:
    """Draw them in a row, or ``across`` to a row; fewer where the page is narrow (style.css)."""
    drawn = "".join(map(as_html, cards))
    st.html(f'<dl class="cards" data-across="{across or len(cards)}">{drawn}</dl>')


def as_html(card: Card) -> str:
    """One of them, as well-formed markup."""
    lines = [
        f"<dt>{_text(card.label)}{_about(card)}</dt>",
        f'<dd class="value">{_text(card.value)}</dd>',
        _delta(card),
        f'<dd class="note">{_text(card.note)}</dd>' if card.note else "",
        _course(card.days),
    ]
    return f'<div class="card">{"".join(lines)}</div>'


def _about(card: Card) -> str:
    if not card.about:
        return ""
    about = _text(card.about)
    return f'<span class="about" tabindex="0" role="note">?<span>{about}</span></span>'


def _delta(card: Card) -> str:
    if not card.delta or card.delta == formats.NOTHING:
        return ""
    look = {"▲": "good", "▼": "bad"} if card.good_up else {"▲": "bad", "▼": "good"}
    name = "even" if card.good_up is None else look.get(card.delta[0], "even")
    compared = f" <span>{_text(card.compared)}</span>" if card.compared else ""
    return f'<dd class="delta {name}">{_text(card.delta)}{compared}</dd>'


def _course(days: pd.Series | None) -> str:
    """A line over a faint ground, from the least at the bottom to the most on top.

    A picture: Streamlit takes drawings out of HTML.
    """
    known = pd.Series(dtype=float) if days is None else days.dropna().astype(float)
    if len(known) < 2:
        return ""
    least, most = known.min(), known.max()
    heights = (most - known) / ((most - least) or 1) * (COURSE_HEIGHT - 2) + 1
    step = COURSE_WIDTH / (len(known) - 1)
    points = " ".join(f"{at * step:.1f},{height:.1f}" for at, height in enumerate(heights))
    drawing = quote(DRAWING.format(points=points))
    return f'<dd class="course"><img alt="" src="data:image/svg+xml,{drawing}"></img></dd>'


def _text(text: str) -> str:
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))
