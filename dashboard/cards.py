"""Key figures: cards in rows that wrap where the window is too narrow for their words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd
import streamlit as st


@dataclass(frozen=True)
class Card:
    """One figure, as it is read."""

    label: str
    value: str
    delta: str | None = None
    """Its change, with a minus where it fell; see formats.signed_percent."""
    compared: str | None = None
    """With what; stands beside the change."""
    note: str | None = None
    """A line below, a second comparison for example."""
    about: str | None = None
    """What it means, one hover away; of a mart's column by glossary.meaning."""
    days: pd.Series | None = None
    """Its course, drawn as a sparkline."""
    good_up: bool | None = True
    """Whether a rise is good; None where neither is, which leaves the change grey."""


def show_cards(cards: Sequence[Card]) -> None:
    """Draw them in a row, or in rows of equal length where the page is narrow (style.css)."""
    with st.container(key=f"cards_{len(cards)}_{cards[0].label}"):
        for card in cards:
            with st.container(border=True, height="stretch"):
                _show(card)


def _show(card: Card) -> None:
    colour: Literal["normal", "inverse", "off"] = "normal" if card.good_up else "inverse"
    if card.good_up is None:
        colour = "off"
    course = card.days if card.days is not None and card.days.notna().any() else None
    st.metric(
        card.label,
        card.value,
        card.delta,
        delta_color=colour,
        delta_description=card.compared if card.delta else None,
        help=card.about,
        chart_data=None if course is None else course.dropna(),
        chart_type="area",
    )
    if card.note:
        st.caption(card.note)
