"""The global filters: their widgets, their place in the URL, and what was chosen.

Every widget is bound to a query parameter, so that a link reproduces the view. Streamlit ignores
values that the widget could not have taken; what it lets through and makes no sense all the same
(half a range, a range backwards) falls back to the default here.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import NamedTuple

import pandas as pd
import streamlit as st

from dashboard import queries
from dashboard.connection import WarehouseConnection

DEFAULT_DAYS = 30
SEPARATOR = "\n"
"""Between the categories of one SQL parameter; see queries.shared.CATEGORY_FILTER."""

EVERYTHING = "All"
ON_SALE = "On sale"
REGULAR = "Regular price"
DISCOUNT_STATES = (EVERYTHING, ON_SALE, REGULAR)
"""The values of sales_funnel.discount_state."""

DATES, CATEGORIES, DISCOUNT, METRIC = "dates", "categories", "discount", "metric"
CARRIED = "carried_filters"


class Metric(NamedTuple):
    """A measure that can be added up over days, categories and products."""

    column: str
    is_money: bool
    good_up: bool = True


METRICS: dict[str, Metric] = {
    "Net revenue": Metric("net_revenue", True),
    "Gross revenue": Metric("gross_revenue", True),
    "Refunds": Metric("refunds", True, good_up=False),
    "Orders": Metric("orders", False),
    "Units": Metric("units", False),
    "Views": Metric("views", False),
}


@dataclass(frozen=True)
class Clock:
    """The data's own now: nothing on a page knows any other."""

    as_of: pd.Timestamp
    as_of_date: date
    first_date: date
    last_complete_date: date | None
    zone: str
    currency: str

    @property
    def default_range(self) -> tuple[date, date]:
        """The newest 30 complete days, or as many as there are."""
        end = self.last_complete_date or self.as_of_date
        end = min(max(end, self.first_date), self.as_of_date)
        return max(end - timedelta(days=DEFAULT_DAYS - 1), self.first_date), end


@dataclass(frozen=True)
class Selection:
    """What the viewer chose. Dates are the shop's, both ends included."""

    start: date
    end: date
    categories: tuple[str, ...]
    discount: str
    metric: str

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1

    @property
    def previous(self) -> tuple[date, date]:
        """The period of the same length just before."""
        before = timedelta(days=self.days)
        return self.start - before, self.end - before

    @property
    def same_weekdays(self) -> tuple[date, date]:
        """The newest period before it with the same length and the same weekdays."""
        weeks = timedelta(weeks=-(-self.days // 7))
        return self.start - weeks, self.end - weeks

    @property
    def measure(self) -> Metric:
        return METRICS[self.metric]

    def without_categories(self) -> "Selection":
        """The same days, prices and metric, in every category."""
        return replace(self, categories=())

    @property
    def category_parameter(self) -> str:
        """For ``$categories`` in SQL: '' means every category."""
        if not self.categories:
            return ""
        return SEPARATOR + SEPARATOR.join(self.categories) + SEPARATOR


def read_clock(connection: WarehouseConnection) -> Clock | None:
    """The clock of the marts; None if they hold no event at all."""
    rows = connection.query(queries.CLOCK)
    if rows.empty or pd.isna(rows["as_of"][0]):
        return None
    row = rows.iloc[0]
    complete = row["last_complete_date"]
    return Clock(
        as_of=row["as_of"],
        as_of_date=row["as_of_date"].date(),
        first_date=row["first_date"].date(),
        last_complete_date=None if pd.isna(complete) else complete.date(),
        zone=row["shop_timezone"],
        currency=row["currency"],
    )


def show_filters(clock: Clock, categories: list[str], used: frozenset[str]) -> None:
    """Draw the filters in the sidebar; those that the page does not use are greyed out."""
    st.session_state.update(st.session_state.pop(CARRIED, {}))
    with st.sidebar:
        st.date_input(
            "Dates",
            clock.default_range,
            min_value=clock.first_date,
            max_value=clock.as_of_date,
            key=DATES,
            bind="query-params",
            format="YYYY-MM-DD",
            disabled=DATES not in used,
            help=f"Days of the shop's zone ({clock.zone}), both ends included.",
        )
        st.segmented_control(
            "Discount period",
            DISCOUNT_STATES,
            default=EVERYTHING,
            key=DISCOUNT,
            bind="query-params",
            disabled=DISCOUNT not in used,
            help="Days on which a product was on sale, or was not.",
        )
        st.selectbox(
            "Metric",
            list(METRICS),
            key=METRIC,
            bind="query-params",
            disabled=METRIC not in used,
        )

        # last: it shrinks when it is left, and whatever stands below would move from under a click
        st.multiselect(
            "Categories",
            categories,
            key=CATEGORIES,
            bind="query-params",
            placeholder="All categories",
            disabled=CATEGORIES not in used,
        )
        st.button(
            "Clear the filters",
            icon=":material/filter_alt_off:",
            type="tertiary",
            on_click=clear,
            args=(clock,),
        )


def clear(clock: Clock) -> None:
    """Back to the view of a link without parameters; to be called from a widget's callback."""
    st.session_state[DATES] = clock.default_range
    st.session_state[CATEGORIES] = []
    st.session_state[DISCOUNT] = EVERYTHING
    st.session_state[METRIC] = next(iter(METRICS))


def carry() -> None:
    """Take the filters along to the page that st.switch_page opens.

    It clears the address, and lets nobody put there what a widget is bound to.
    """
    keys = (DATES, CATEGORIES, DISCOUNT, METRIC)
    st.session_state[CARRIED] = {key: st.session_state[key] for key in keys}


def summary(selection: Selection, used: frozenset[str]) -> str:
    """What is chosen, of the filters that the page uses, in words; '' where it uses none."""
    days = "1 day" if selection.days == 1 else f"{selection.days} days"
    year = "" if selection.start.year == selection.end.year else f" {selection.start.year}"
    chosen = {
        DATES: f"{selection.start:%d %b}{year} – {selection.end:%d %b %Y} ({days})",
        CATEGORIES: ", ".join(selection.categories) or "all categories",
        DISCOUNT: "" if selection.discount == EVERYTHING else selection.discount.lower(),
    }
    return " · ".join(text for name, text in chosen.items() if name in used and text)


def selected(clock: Clock) -> Selection:
    """What the widgets hold, made sound."""
    state = st.session_state
    start, end = _sound_range(state.get(DATES), clock)
    discount = state.get(DISCOUNT)
    metric = state.get(METRIC)
    return Selection(
        start,
        end,
        tuple(state.get(CATEGORIES) or ()),
        discount if discount in DISCOUNT_STATES else EVERYTHING,
        metric if metric in METRICS else next(iter(METRICS)),
    )


def _sound_range(chosen: object, clock: Clock) -> tuple[date, date]:
    match chosen:
        case (date() as start, date() as end) if (
            clock.first_date <= start <= end <= clock.as_of_date
        ):
            return start, end
        case _:
            return clock.default_range
