"""Measures of sessions: the funnel, what a session is made of, and when it happens.

The terms are those of the marts: view to cart is sessions that viewed and carted over sessions that
viewed; cart to purchase is sessions that bought something they carted over sessions with a cart.
Durations and pauses are differences of whole-second clocks, as the sources have them.
"""

from esynapse.shop.calibration.comparison import Figures
from esynapse.shop.calibration.run import Run
from esynapse.shop.calibration.spread import spread


def session_add_to_cart_rate(run: Run) -> Figures:
    """Sessions with a cart over sessions."""
    return {"value": run.number("select avg(carted::int) from sessions")}


def session_view_to_cart(run: Run) -> Figures:
    """Sessions that viewed and carted over sessions that viewed."""
    return {"value": run.number("select avg(carted::int) from sessions where viewed")}


def session_cart_to_purchase(run: Run) -> Figures:
    """Sessions that bought something they carted over sessions with a cart."""
    return {"value": run.number("select avg(bought_carted::int) from sessions where carted")}


def session_cart_abandonment(run: Run) -> Figures:
    """One less cart to purchase."""
    return {"value": 1 - session_cart_to_purchase(run)["value"]}


def session_conversion(run: Run) -> Figures:
    """Sessions with a purchase over sessions."""
    return {"value": run.number("select avg((purchases > 0)::int) from sessions")}


def buying_sessions_without_a_cart(run: Run) -> Figures:
    """Sessions with a purchase that put nothing into the cart, over sessions with a purchase."""
    return {"value": run.number("select avg((not carted)::int) from sessions where purchases > 0")}


def events_per_session(run: Run) -> Figures:
    """Mean and quantiles over sessions."""
    return spread(run.sql, "select events as value, count(*) as n from sessions group by all")


def single_event_session_share(run: Run) -> Figures:
    """Sessions of one event over sessions."""
    return {"value": run.number("select avg((events = 1)::int) from sessions")}


def distinct_products_per_session(run: Run) -> Figures:
    """Mean and quantiles over sessions."""
    return spread(run.sql, "select products as value, count(*) as n from sessions group by all")


def session_duration_s_multi_event(run: Run) -> Figures:
    """Seconds from the first to the last event of sessions of at least two."""
    return spread(
        run.sql,
        "select seconds as value, count(*) as n from sessions where events > 1 group by all",
    )


def seconds_between_events(run: Run) -> Figures:
    """Seconds between two events that follow each other in a session."""
    return spread(run.sql, "select seconds as value, sum(n) as n from steps group by all")


def transitions(run: Run) -> Figures:
    """How often one kind of event follows another in a session, as ``view>cart``."""
    names = f"{_short('previous')} || '>' || {_short('event_type')}"
    return run.counts(f"select {names}, sum(n) from steps group by all")


def event_mix_view_cart_purchase(run: Run) -> Figures:
    """Events by kind."""
    return run.counts(f"select {_short('event_type')}, sum(n) from hours group by all")


def hour_of_day_utc_events(run: Run) -> Figures:
    """Events by UTC hour, 0 to 23."""
    return run.counts("select hour, sum(n) from hours group by all")


def hour_of_day_utc_purchases(run: Run) -> Figures:
    """Purchase events by UTC hour, 0 to 23."""
    return run.counts("select hour, sum(n) from hours where event_type = 'purchase' group by all")


def day_of_week_events(run: Run) -> Figures:
    """Events by UTC weekday, 0 (Monday) to 6."""
    return run.counts("select weekday, sum(n) from hours group by all")


def day_of_week_purchases(run: Run) -> Figures:
    """Purchase events by UTC weekday, 0 (Monday) to 6."""
    return run.counts(
        "select weekday, sum(n) from hours where event_type = 'purchase' group by all"
    )


def _short(column: str) -> str:
    """SQL for an event type as the sources call it: view, cart, purchase."""
    return f"replace(replace({column}, 'view_item', 'view'), 'add_to_cart', 'cart')"
