"""Overview: six figures, the chosen metric by day and category, the products behind it."""

from dashboard.colours import ACTUAL
from tableau.actions import ON_MENU, Action
from tableau.dashboards import Dashboard
from tableau.data.products import PRODUCTS_BY_DAY
from tableau.data.shop import SHOP_BY_DAY
from tableau.layout import FilterCard, ParameterCard, View, row, stack
from tableau.parameters import DAYS, METRIC
from tableau.sheets import Filter, Pane, Run, Sheet
from tableau.styles import MUTED
from tableau.views.forecast import BY_DAY
from tableau.views.products import TABLE

CATEGORY = Filter("category", group=1, context=True)
DISCOUNT = Filter("is_on_sale", group=2, context=True)
NOW = Filter("is_now", (True,))


def _figure(caption: str, name: str) -> Sheet:
    """A key figure: its value, and the change against as many days before."""
    return Sheet(
        f"KPI {caption}",
        SHOP_BY_DAY,
        panes=(
            Pane(
                "Text",
                text=(f"{name}_now", f"{name}_change"),
                label=(
                    Run(f"{caption}\n", 10, colour=MUTED),
                    Run(f"{{{name}_now}}\n", 20, bold=True),
                    Run(f"{{{name}_change}} on the days before", 9, colour=MUTED),
                ),
            ),
        ),
        tooltip=(
            f"{caption}: {{{name}_now}}",
            f"As many days before: {{{name}_before}}",
            f"Change: {{{name}_change}}",
        ),
        titled=False,
    )


FIGURES = tuple(
    _figure(caption, name)
    for caption, name in (
        ("Net revenue", "net_revenue"),
        ("Gross revenue", "gross_revenue"),
        ("Orders", "orders"),
        ("Average order", "average_order"),
        ("Conversion", "conversion"),
        ("Refund rate", "refund_rate"),
    )
)

BY_DAY_AND_CATEGORY = Sheet(
    "Metric by day",
    PRODUCTS_BY_DAY,
    rows="{sum:chosen_metric}",
    cols="{tdy:metric_date}",
    panes=(Pane("Area", colour="category"),),
    filters=(CATEGORY, DISCOUNT, NOW),
    note="The metric chosen above, by category. Choose a category on the left to see it alone.",
    tooltip=("Day: {tdy:metric_date}", "Category: {category}", "Metric: {sum:chosen_metric}"),
    axis_titles=(("tdy:metric_date", ""), ("sum:chosen_metric", "")),
)

BY_CATEGORY = Sheet(
    "Metric by category",
    PRODUCTS_BY_DAY,
    rows="{category}",
    cols="{sum:chosen_metric}",
    panes=(Pane("Bar", colour="category", labelled=True),),
    filters=(CATEGORY, DISCOUNT, NOW),
    sort=("category", "sum:chosen_metric"),
    note="A click filters the dashboard.",
    tooltip=("Category: {category}", "Metric: {sum:chosen_metric}"),
    hidden_axes=("sum:chosen_metric",),
)

TOP_PRODUCTS = Sheet(
    "Top products",
    PRODUCTS_BY_DAY,
    rows="{product_name}",
    cols="{sum:chosen_metric}",
    panes=(Pane("Bar", colour=ACTUAL, detail=("category",), labelled=True),),
    filters=(
        CATEGORY,
        DISCOUNT,
        NOW,
        Filter("product_name", top=10, by="[chosen_metric_now]"),
    ),
    sort=("product_name", "sum:chosen_metric"),
    note="The ten with most of the metric.",
    tooltip=(
        "Product: {product_name}",
        "Category: {category}",
        "Metric: {sum:chosen_metric}",
    ),
    hidden_axes=("sum:chosen_metric",),
)

DASHBOARD = Dashboard(
    "Overview",
    "How is the shop doing, and what changed?",
    stack(
        row(
            ParameterCard(METRIC),
            ParameterCard(DAYS),
            FilterCard(BY_DAY_AND_CATEGORY, "category"),
            FilterCard(BY_DAY_AND_CATEGORY, "is_on_sale"),
            weight=60,
        ),
        row(*(View(each) for each in FIGURES), weight=110),
        row(View(BY_CATEGORY, weight=2), View(BY_DAY_AND_CATEGORY, weight=3), weight=330),
        row(View(TOP_PRODUCTS, weight=2), View(BY_DAY, weight=3), weight=340),
    ),
    actions=(
        Action(
            "Show this category alone",
            BY_CATEGORY,
            ("category",),
            (BY_DAY_AND_CATEGORY, TOP_PRODUCTS),
        ),
        Action(
            "Open in Products",
            BY_CATEGORY,
            ("category",),
            (TABLE,),
            target="Products",
            activation=ON_MENU,
        ),
    ),
)
