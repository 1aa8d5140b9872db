"""What a session is: how far it goes, how long it is, how fast."""

from math import nan
from typing import Any

import altair as alt
import pandas as pd

from dashboard.charts.axes import percent_axis
from esynapse.shop.calibration import MEASURES
from shop_pictures.look import SIMULATED, TARGET, panel, picture, series
from shop_pictures.shops import Shop, Shops

_CARTED, _BOUGHT, _AT_ONCE = "put into the cart", "bought", "bought without a cart"
_RAREST = 0.001
"""Below this share of a population there is too little to compare."""


def funnel(shops: Shops) -> alt.HConcatChart:
    """How far sessions go, in both profiles."""
    return picture(
        "How far 100 sessions go that look at a product",
        f"{shops.typical.note}; {shops.rees46.note}",
        _funnel(shops.typical, "session_add_to_cart_rate"),
        _funnel(shops.rees46, "session_view_to_cart"),
    )


def _funnel(shop: Shop, carted: str) -> alt.LayerChart:
    conversion = shop.target("session_conversion").figures["value"].target or 0.0
    rows = [
        _step(shop, _CARTED, carted),
        _step(shop, _BOUGHT, "session_conversion"),
        _step(shop, _AT_ONCE, "buying_sessions_without_a_cart", conversion),
    ]
    rows[2]["share"] *= rows[1]["share"]
    frame = pd.DataFrame(rows)
    frame["end"] = frame[["share", "high"]].max(axis=1)
    y = alt.Y("step:N", sort=None, title=None)
    x = alt.X("share:Q", title="Share of sessions", axis=percent_axis())
    bars = series(frame, SIMULATED).mark_bar(height=24).encode(x=x, y=y)
    figures = series(frame, SIMULATED).mark_text(align="left", dx=6)
    figures = figures.encode(x="end:Q", y=y, text=alt.Text("share:Q", format=".2%"))
    within = series(frame.dropna(), TARGET).mark_rule(strokeWidth=4)
    within = within.encode(x="low:Q", x2="high:Q", y=y)
    return panel(bars + figures + within, f"Profile {shop.profile.name}", 200, 130)


def _step(shop: Shop, step: str, name: str, of: float = 1.0) -> dict[str, Any]:
    """A step's share as measured, and the bounds of its target, if it has one, as a share ``of``
    sessions."""
    low, high = shop.bounds(name) if name in shop.targets.targets else (nan, nan)
    measured = MEASURES[name](shop.run)["value"]
    return {"step": step, "share": measured, "low": low * of, "high": high * of}


def session_shape(shops: Shops) -> alt.HConcatChart:
    """Events of a session, the time between them, and the time that a session takes."""
    typical, rees46 = shops.typical, shops.rees46
    return picture(
        "Most sessions are short, some are very long",
        f"{typical.note}; {rees46.note}",
        _events(typical),
        _exceeded(
            typical,
            "seconds_between_events",
            "select seconds as value, sum(n) as n from steps group by all",
            "Seconds between two events",
        ),
        _exceeded(
            rees46,
            "session_duration_s_multi_event",
            "select seconds as value, count(*) as n from sessions where events > 1 group by all",
            "Seconds from first to last event",
        ),
    )


def _events(shop: Shop) -> alt.LayerChart:
    low, high = shop.bounds("single_event_session_share")
    single = pd.DataFrame({"value": [1], "low": [1 - high], "high": [1 - low]})
    whole = _exceeded(
        shop,
        "events_per_session",
        "select events as value, count(*) as n from sessions group by all",
        "Events of a session",
    )
    more = series(single, TARGET).mark_rule(strokeWidth=4)
    return whole + more.encode(x="value:Q", y="low:Q", y2="high:Q")


def _exceeded(shop: Shop, name: str, counts: str, title: str) -> alt.LayerChart:
    """The share of a population that lies above each value, against its quantiles' targets."""
    rows = shop.rows(f"from ({counts}) order by value")
    rows["more"] = 1 - rows["n"].cumsum() / rows["n"].sum()
    rows = rows[(rows["more"] >= _RAREST) & (rows["value"] >= 1)]
    targets = pd.DataFrame(
        [
            (1 - float(figure[1:]) / 100, *shop.bounds(name, figure), wanted.target)
            for figure, wanted in shop.target(name).figures.items()
            if figure.startswith("p") and float(figure[1:]) < 99.9
        ],
        columns=["more", "low", "high", "value"],
    )
    x = alt.X(
        "value:Q",
        title=title,
        scale=alt.Scale(type="log", nice=False),
        axis=alt.Axis(values=[1, 10, 100, 1000]),
    )
    y = alt.Y(
        "more:Q",
        title="Share that has more",
        scale=alt.Scale(type="log", domain=[_RAREST, 1]),
        axis=alt.Axis(values=[1, 0.5, 0.1, 0.01, 0.001], format="~%"),
    )
    line = series(rows, SIMULATED).mark_line(interpolate="step-after").encode(x=x, y=y)
    within = series(targets, TARGET).mark_rule(strokeWidth=4).encode(x="low:Q", x2="high:Q", y=y)
    points = series(targets.dropna(), TARGET).mark_circle(size=36, opacity=1).encode(x=x, y=y)
    return panel(line + within + points, f"Profile {shop.profile.name}", 170)
