"""Charts of price cuts: when, how deep, and what they brought."""

from collections.abc import Sequence

import altair as alt
import pandas as pd

from dashboard import colours
from dashboard.charts.axes import day_axis, names
from dashboard.charts.chosen import brings_out, with_chosen
from dashboard.charts.layers import layered

ROW = 30
"""Pixels of a row with its name beside it."""
TALL_ROW = 38
"""Pixels of a row with its name above it: long names leave no room beside them on a phone."""
NAME_AT, MARK_AT = -9, 8
"""Pixels from the middle of a tall row."""
NAME_LIMIT = 290
"""Pixels, which a phone has."""
BELOW = 24
"""Pixels of an axis without a title."""
DEPTH = ["#efbb6c", "#e08f23", "#b4570f"]
"""Shallow to deep: lightness alone tells them apart, and both ends read on either ground."""
PAID = {"more": colours.ACTUAL, "less": colours.PROMOTION}
"""Revenue against the regular price's; the shape says it too."""
SHAPES = ["circle", "diamond"]
WIDEST = (0.5, 8.0)
"""Of an axis of ratios: what lies beyond is an arrow at the edge."""
BAND = alt.Scale(type="band", padding=0)
TIMES = "'×' + format(datum.value, '~r')"


def discount_periods(rows: pd.DataFrame, *, order: Sequence[str]) -> alt.Chart:
    """Discount periods as bars over time, a tall row for each, darker when deeper.

    Args:
        rows: label, product_id, product_name, period_start, period_end, is_open, regular_price,
            sale_price, discount_depth, units.
        order: every label, from the top down.
    """
    after = rows["period_end"] + pd.Timedelta(days=1)
    base = alt.Chart(rows.assign(period_after=after)).encode(y=_tall_rows(order))
    bars = base.mark_bar(cornerRadius=3, height=13, yOffset=MARK_AT).encode(
        x=alt.X("period_start:T", title=None, axis=day_axis(rows["period_start"])),
        x2=alt.X2("period_after:T"),
        color=alt.Color("discount_depth:Q", legend=None, scale=alt.Scale(range=DEPTH)),
        tooltip=[
            alt.Tooltip("product_name:N", title="Product"),
            alt.Tooltip("period_start:T", format="%a %d %b %Y", title="From"),
            alt.Tooltip("period_end:T", format="%a %d %b %Y", title="To"),
            alt.Tooltip("is_open:N", title="Still on"),
            alt.Tooltip("discount_depth:Q", format=".0%", title="Depth"),
            alt.Tooltip("regular_price:Q", format=",.2f", title="Regular price"),
            alt.Tooltip("sale_price:Q", format=",.2f", title="Sale price"),
            alt.Tooltip("units:Q", format=",", title="Units"),
        ],
    )
    return bars.properties(height=TALL_ROW * len(order) + BELOW)


def lifts(rows: pd.DataFrame, *, order: Sequence[str]) -> alt.LayerChart:
    """What discount periods sold, in the tall rows of ``discount_periods``.

    ``rows``: label, product_name, and what ``_lift`` takes. A label of ``order`` without a row
    stays empty.
    """
    base = alt.Chart().encode(y=_tall_rows(order))
    layers = _lift(base, rows, name="product_name", dy=MARK_AT)
    height = TALL_ROW * len(order) + BELOW
    return layered(*layers, data=_within(rows), height=height)


def category_lifts(rows: pd.DataFrame, *, chosen: Sequence[str]) -> alt.LayerChart:
    """What the discount periods of each category sold, in the order of ``rows``.

    Args:
        rows: category, and what ``_lift`` takes.
        chosen: categories to bring out.
    """
    base = alt.Chart().encode(y=names("category", BAND), opacity=brings_out())
    layers = _lift(base, rows, name="category")
    drawn = with_chosen(_within(rows), "category", chosen)
    return layered(*layers, data=drawn, height=ROW * len(rows) + BELOW)


def elasticities(rows: pd.DataFrame, *, chosen: Sequence[str]) -> alt.LayerChart:
    """Each category's elasticity with its interval, the most elastic on top; −1 is marked.

    ``rows``: category, elasticity, elasticity_lower, elasticity_upper, periods.
    """
    ranked = with_chosen(rows.sort_values("elasticity"), "category", chosen)
    base = alt.Chart().encode(
        y=names("category", BAND),
        opacity=brings_out(),
        tooltip=[
            alt.Tooltip("category:N", title="Category"),
            alt.Tooltip("elasticity:Q", format=".2f", title="Elasticity"),
            alt.Tooltip("elasticity_lower:Q", format=".2f", title="Interval from"),
            alt.Tooltip("elasticity_upper:Q", format=".2f", title="to"),
            alt.Tooltip("periods:Q", format=",", title="Discount periods"),
        ],
    )
    spans = base.mark_rule(strokeWidth=6, strokeOpacity=0.35, color=colours.ACTUAL).encode(
        x=alt.X(
            "elasticity_lower:Q",
            title=None,
            axis=alt.Axis(tickCount=6, format="~g"),
            scale=alt.Scale(zero=False),
        ),
        x2=alt.X2("elasticity_upper:Q"),
    )
    points = base.mark_circle(size=75, fillOpacity=1, color=colours.ACTUAL).encode(
        x=alt.X("elasticity:Q")
    )
    height = ROW * len(ranked) + BELOW
    return layered(_rule_at(-1), spans, points, data=ranked, height=height)


def _lift(base: alt.Chart, rows: pd.DataFrame, *, name: str, dy: int = 0) -> list[alt.Chart]:
    """Units ÷ expected units on an axis of doublings, with intervals; a tick where revenue is even.

    ``rows``: ``name``, ratio, lower, upper, needed, paid (a key of PAID), discount_depth,
    incremental_revenue; ``base`` is to be given ``_within`` them.
    """
    low, high = _reach(rows)
    coloured = base.encode(
        color=alt.Color(
            "paid:N", legend=None, scale=alt.Scale(domain=list(PAID), range=list(PAID.values()))
        ),
        tooltip=[
            alt.Tooltip(f"{name}:N", title=name.removesuffix("_name").capitalize()),
            alt.Tooltip("ratio:Q", format=".2f", title="Units ÷ expected"),
            alt.Tooltip("lower:Q", format=".2f", title="Interval from"),
            alt.Tooltip("upper:Q", format=".2f", title="to"),
            alt.Tooltip("needed:Q", format=".2f", title="Needed for even revenue"),
            alt.Tooltip("discount_depth:Q", format=".0%", title="Depth"),
            alt.Tooltip("incremental_revenue:Q", format="+,.0f", title="Incremental revenue"),
        ],
    )
    ticks = [each for each in (0.5, 1, 1.5, 2, 3, 4, 8) if low <= each <= high]
    spans = coloured.mark_rule(strokeWidth=6, strokeOpacity=0.35, yOffset=dy).encode(
        x=alt.X(
            "lower_at:Q",
            title=None,
            scale=alt.Scale(type="log", base=2, domain=[low, high], nice=False),
            axis=alt.Axis(values=ticks, labelExpr=TIMES),
        ),
        x2=alt.X2("upper_at:Q"),
    )
    needed = base.mark_tick(color=colours.MUTED, thickness=2.5, size=15, yOffset=dy).encode(
        x=alt.X("needed_at:Q")
    )
    shape = alt.Shape("paid:N", legend=None, scale=alt.Scale(domain=list(PAID), range=SHAPES))
    points = coloured.mark_point(size=75, filled=True, fillOpacity=1, yOffset=dy).encode(
        x=alt.X("ratio_at:Q"), shape=shape
    )
    beyond = [
        coloured.transform_filter(condition)
        .mark_point(shape=arrow, filled=True, size=60, fillOpacity=1, yOffset=dy)
        .encode(x=alt.X(f"{end}_at:Q"))
        for condition, arrow, end in (
            (f"datum.upper > {high}", "triangle-right", "upper"),
            (f"datum.lower < {low}", "triangle-left", "lower"),
        )
    ]
    # In tall rows one is marked below the names, not through them.
    even = base.mark_tick(color=colours.MUTED, thickness=1, size=22, yOffset=dy)
    one = even.encode(x=alt.XDatum(1)) if dy else _rule_at(1)
    return [one, spans, needed, points, *beyond]


def _within(rows: pd.DataFrame) -> pd.DataFrame:
    """Where the marks go: what lies beyond the axis at its ends."""
    low, high = _reach(rows)
    ends = {f"{name}_at": rows[name].clip(low, high) for name in ("ratio", "lower", "upper")}
    return rows.assign(**ends, needed_at=rows["needed"].where(rows["needed"].between(low, high)))


def _reach(rows: pd.DataFrame) -> tuple[float, float]:
    """The ends of an axis of ratios: as far as the intervals go, within WIDEST, and 1 inside."""
    low, high = rows["lower"].min() / 1.05, rows["upper"].max() * 1.05
    return max(WIDEST[0], min(low, 0.9)), min(WIDEST[1], max(high, 1.5))


def _tall_rows(order: Sequence[str]) -> alt.Y:
    """The names are labels of an axis, whose colour comes with the theme, moved into the rows."""
    labels = alt.Axis(
        labelAlign="left",
        labelPadding=0,
        labelOffset=NAME_AT,
        labelLimit=NAME_LIMIT,
        labelOverlap=False,
        labelFlush=False,
        ticks=False,
        domain=False,
        grid=False,
        zindex=1,
    )
    scale = alt.Scale(type="band", domain=list(order), padding=0)
    return alt.Y("label:N", title=None, sort=list(order), scale=scale, axis=labels)


def _rule_at(x: float) -> alt.Chart:
    return (
        alt.Chart(alt.Data(values=[{"x": x}]))
        .mark_rule(strokeDash=[4, 4], color=colours.MUTED)
        .encode(x=alt.X("x:Q"))
    )
