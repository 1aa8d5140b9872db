"""Funnel: viewed → carted → purchased, where it narrows, and how that goes."""

from tableau.dashboards import Dashboard
from tableau.data.funnel import FUNNEL
from tableau.layout import FilterCard, Legend, ParameterCard, View, row, stack
from tableau.parameters import DAYS
from tableau.sheets import Filter, Pane, Sheet

NOW = Filter("is_now", (True,))
CATEGORY = Filter("category", ("All",), group=31)
STATE = Filter("discount_state", ("All",), group=32)

STEPS = Sheet(
    "Viewed, carted, purchased",
    FUNNEL,
    rows="{:Measure Names}",
    cols="{Multiple Values}",
    panes=(Pane("Bar", colour=":Measure Names", labelled=True),),
    filters=(CATEGORY, STATE, NOW),
    values=("sum:sessions_viewed", "sum:sessions_carted", "sum:sessions_purchased"),
    note="Sessions that took each step.",
    hidden_axes=("Multiple Values",),
)

RATES = Sheet(
    "Rates of each step",
    FUNNEL,
    cols="{:Measure Names}",
    panes=(Pane("Text", text=("Multiple Values",), labelled=True),),
    filters=(CATEGORY, STATE, NOW),
    values=("view_to_cart", "cart_to_purchase", "view_to_purchase"),
    note="Of the sessions that took the step before.",
)

BY_CATEGORY = Sheet(
    "Conversion by category",
    FUNNEL,
    rows="{category}",
    cols="({view_to_cart} + {cart_to_purchase})",
    panes=(Pane("Bar", colour="discount_state"),),
    filters=(
        Filter("category", without="All"),
        Filter("discount_state", ("On sale", "Regular price")),
        NOW,
    ),
    sort=("category", "sum:sessions_viewed"),
    note="On sale and at the regular price.",
    tooltip=(
        "Category: {category}",
        "Discount period: {discount_state}",
        "Viewed → carted: {view_to_cart}",
        "Carted → purchased: {cart_to_purchase}",
    ),
)

BY_DAY = Sheet(
    "Conversion by day",
    FUNNEL,
    rows="{view_to_purchase}",
    cols="{tdy:funnel_date}",
    panes=(Pane("Line", colour="discount_state"),),
    filters=(CATEGORY, NOW),
    note="Viewed → purchased, by discount period.",
    tooltip=(
        "Day: {tdy:funnel_date}",
        "Discount period: {discount_state}",
        "Viewed → purchased: {view_to_purchase}",
    ),
    axis_titles=(("tdy:funnel_date", ""), ("view_to_purchase", "")),
)

DASHBOARD = Dashboard(
    "Funnel",
    "Where do visits end before a purchase?",
    stack(
        row(
            FilterCard(STEPS, "category", "dropdown"),
            FilterCard(STEPS, "discount_state", "dropdown"),
            ParameterCard(DAYS),
            Legend(BY_DAY, "discount_state"),
            weight=60,
        ),
        row(View(STEPS, weight=3), View(RATES, weight=2), weight=260),
        row(View(BY_CATEGORY), View(BY_DAY), weight=460),
    ),
)
