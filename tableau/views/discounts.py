"""Discounts: price drops as they happen, and what discount periods brought."""

from dashboard.colours import ACTUAL, PROMOTION
from tableau.actions import Action
from tableau.dashboards import Dashboard
from tableau.data.discounts import DISCOUNT_PERIODS, ELASTICITY, JUDGED_FROM, PRICE_DROPS
from tableau.layout import FilterCard, Legend, ParameterCard, View, row, stack
from tableau.parameters import DAYS
from tableau.sheets import Filter, Pane, Sheet

INTERVAL = "#c9d6e4"
CATEGORY = Filter("category", group=21, context=True)
STATE = Filter("state", group=22, context=True)
NOW = Filter("is_now", (True,))

DROPS_BY_DAY = Sheet(
    "Price drops by day",
    PRICE_DROPS,
    rows="{drops}",
    cols="{tdy:drop_date}",
    panes=(Pane("Bar", colour="kind"),),
    filters=(NOW,),
    note="Prices below the lowest of the 30 days before (EU 98/6/EC, article 6a).",
    tooltip=(
        "Day: {tdy:drop_date}",
        "Kind: {kind}",
        "Price drops: {drops}",
        "Mean depth: {avg:depth}",
    ),
    axis_titles=(("tdy:drop_date", ""), ("drops", "")),
)

NEWEST_DROPS = Sheet(
    "Newest price drops",
    PRICE_DROPS,
    rows="{drop_date} / {product_name} / {kind}",
    cols="{:Measure Names}",
    panes=(Pane("Text", text=("Multiple Values",)),),
    filters=(NOW,),
    sort=("drop_date", "min:days_ago"),
    ascending=True,
    values=(
        "avg:price",
        "avg:lowest_price_30d",
        "avg:depth",
        "sum:units_7d_before",
        "sum:units_7d_after",
    ),
    note="Price, the lowest of 30 days before, how deep, and units of the week before and after.",
    fit="fit-width",
)

BY_CATEGORY = Sheet(
    "Uplift by category",
    DISCOUNT_PERIODS,
    rows="{category}",
    cols="{uplift_of_all}",
    panes=(Pane("Bar", colour=PROMOTION, labelled=True),),
    filters=(CATEGORY, STATE),
    sort=("category", "uplift_of_all"),
    note="Units against what was to be expected. A click filters the dashboard.",
    tooltip=(
        "Category: {category}",
        "Uplift: {uplift_of_all}",
        "Discount periods: {periods}",
        "Incremental revenue: {sum:incremental_revenue}",
    ),
    hidden_axes=("uplift_of_all",),
)

EFFECT = Sheet(
    "Depth and effect",
    DISCOUNT_PERIODS,
    rows="{avg:uplift}",
    cols="{avg:discount_depth}",
    panes=(
        Pane(
            "Circle",
            colour="state",
            size="sum:units",
            detail=("discount_period_id", "product_name", "category"),
            opacity=150,
        ),
    ),
    filters=(CATEGORY, STATE, Filter("is_judged", (True,))),
    note="A point is a discount period of a product, its size the units sold. "
    f"Of {JUDGED_FROM} expected units on: of fewer, chance decides.",
    tooltip=(
        "Product: {product_name}",
        "Depth: {avg:discount_depth}",
        "Uplift: {avg:uplift}",
        "Units: {sum:units}",
        "Incremental revenue: {sum:incremental_revenue}",
        "Dip after: {avg:dip_after}",
    ),
)

TIMELINE = Sheet(
    "Discount periods over time",
    DISCOUNT_PERIODS,
    rows="{product_name}",
    cols="{tdy:period_start}",
    panes=(Pane("GanttBar", colour="state", size="sum:days", detail=("discount_period_id",)),),
    filters=(CATEGORY, STATE, Filter("product_name", top=15, by="SUM([units])")),
    sort=("product_name", "sum:units"),
    note="Of the 15 products that sold most on sale.",
    tooltip=(
        "Product: {product_name}",
        "Since: {tdy:period_start}",
        "Days: {sum:days}",
        "Units: {sum:units}",
        "Uplift: {avg:uplift}",
    ),
    axis_titles=(("tdy:period_start", ""),),
)

ELASTICITIES = Sheet(
    "Elasticity by category",
    ELASTICITY,
    rows="{category}",
    cols="({sum:elasticity_lower} + {sum:elasticity})",
    panes=(
        Pane(),
        Pane(
            "GanttBar",
            axis="sum:elasticity_lower",
            across=True,
            colour=INTERVAL,
            size="sum:interval",
        ),
        Pane("Circle", axis="sum:elasticity", across=True, colour=ACTUAL),
    ),
    synchronized="sum:elasticity",
    hidden_axes=("sum:elasticity",),
    note="With its interval: what 1 % off the price does to units, in percent.",
    tooltip=(
        "Category: {category}",
        "Elasticity: {sum:elasticity}",
        "From: {sum:elasticity_lower}",
        "To: {sum:elasticity_upper}",
    ),
    axis_titles=(("sum:elasticity_lower", "Elasticity"),),
)

DASHBOARD = Dashboard(
    "Discounts",
    "What do price cuts bring?",
    stack(
        row(
            FilterCard(BY_CATEGORY, "category"),
            FilterCard(BY_CATEGORY, "state"),
            ParameterCard(DAYS),
            Legend(EFFECT, "state"),
            weight=60,
        ),
        row(View(BY_CATEGORY), View(EFFECT), View(ELASTICITIES), weight=380),
        row(View(TIMELINE), View(DROPS_BY_DAY), weight=340),
        View(NEWEST_DROPS, weight=300),
    ),
    height=1120,
    actions=(
        Action(
            "Show this category alone",
            BY_CATEGORY,
            ("category",),
            (EFFECT, TIMELINE, DROPS_BY_DAY, NEWEST_DROPS, ELASTICITIES),
        ),
    ),
)
