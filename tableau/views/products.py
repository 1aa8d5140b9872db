"""Products: health and its parts, conversion beside revenue, all of them in a table."""

from tableau.actions import Action
from tableau.dashboards import Dashboard
from tableau.data.products import PRODUCTS
from tableau.layout import FilterCard, Legend, View, row, stack
from tableau.sheets import Filter, Pane, Sheet

CATEGORY = Filter("category", group=11)
BAND = Filter("health_band", group=12)
DISCOUNT = Filter("is_on_sale", group=13)
FILTERS = (CATEGORY, BAND, DISCOUNT)

TABLE = Sheet(
    "Product table",
    PRODUCTS,
    rows="{product_name} / {category} / {health_band}",
    cols="{:Measure Names}",
    panes=(Pane("Text", text=("Multiple Values",)),),
    filters=FILTERS,
    sort=("product_name", "sum:net_revenue"),
    values=(
        "avg:health_score",
        "sum:net_revenue",
        "sum:units",
        "conversion",
        "avg:revenue_growth",
        "avg:return_rate",
        "avg:in_stock_share",
        "avg:shrunk_rating",
    ),
    note="Of the last 28 complete days; the largest net revenue first.",
    fit="fit-width",
)

SCATTER = Sheet(
    "Conversion and revenue",
    PRODUCTS,
    rows="{sum:net_revenue}",
    cols="{conversion}",
    panes=(
        Pane(
            "Circle",
            colour="health_band",
            size="sum:units",
            detail=("product_name", "category"),
            opacity=180,
        ),
    ),
    filters=FILTERS,
    note="A point is a product, its size the units sold. A click shows it in the table.",
    tooltip=(
        "Product: {product_name}",
        "Category: {category}",
        "Health: {health_band}",
        "Net revenue: {sum:net_revenue}",
        "Conversion: {conversion}",
        "Units: {sum:units}",
    ),
)

BANDS = Sheet(
    "Health",
    PRODUCTS,
    rows="{health_band}",
    cols="{products}",
    panes=(Pane("Bar", colour="health_band", labelled=True),),
    filters=(CATEGORY, DISCOUNT),
    sort=("health_band", "products"),
    note="Products by health. A click filters the dashboard.",
    tooltip=("Health: {health_band}", "Products: {products}"),
    hidden_axes=("products",),
)

PARTS = Sheet(
    "Parts of health",
    PRODUCTS,
    rows="{health_band}",
    cols="{:Measure Names}",
    panes=(Pane("Square", colour="Multiple Values", text=("Multiple Values",), labelled=True),),
    filters=FILTERS,
    values=(
        "avg:conversion_score",
        "avg:growth_score",
        "avg:return_score",
        "avg:stock_score",
        "avg:rating_score",
    ),
    note="Mean rank within the category, of each part: what holds the weak ones back.",
)

DASHBOARD = Dashboard(
    "Products",
    "Which products do well, which need help, and why?",
    stack(
        row(
            FilterCard(TABLE, "category"),
            FilterCard(TABLE, "health_band"),
            FilterCard(TABLE, "is_on_sale"),
            Legend(SCATTER, "health_band"),
            weight=60,
        ),
        row(
            stack(View(BANDS, weight=2), View(PARTS, weight=5), weight=2),
            View(SCATTER, weight=3),
            weight=430,
        ),
        View(TABLE, weight=400),
    ),
    height=960,
    actions=(
        Action("Show these products", BANDS, ("health_band",), (SCATTER, TABLE)),
        Action("Find in the table", SCATTER, ("product_name",), (TABLE,)),
    ),
)
