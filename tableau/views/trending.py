"""Trending: what is livelier in the last 24 hours than its own 28 days make likely."""

from dashboard.colours import PROMOTION
from tableau.actions import ON_MENU, Action
from tableau.dashboards import Dashboard
from tableau.data.products import PRODUCTS
from tableau.layout import FilterCard, Legend, View, row, stack
from tableau.sheets import Filter, Pane, Sheet
from tableau.views.products import TABLE

CATEGORY = Filter("category", group=51, context=True)
TRENDING = Filter("is_trending", (True,), context=True)
FIRST = Filter("product_name", top=20, by="SUM([trending_score])")

SCORES = Sheet(
    "Trending products",
    PRODUCTS,
    rows="{product_name}",
    cols="{sum:trending_score}",
    panes=(Pane("Bar", colour=PROMOTION, detail=("category",), labelled=True),),
    filters=(CATEGORY, TRENDING, FIRST),
    sort=("product_name", "sum:trending_score"),
    note="The score of the last 24 hours against the product's own 28 days.",
    tooltip=(
        "Product: {product_name}",
        "Category: {category}",
        "Score: {sum:trending_score}",
        "Place overall: {sum:rank_overall}",
        "Place in its category: {sum:rank_in_category}",
    ),
    hidden_axes=("sum:trending_score",),
)

DRIVERS = Sheet(
    "What drives them",
    PRODUCTS,
    rows="{product_name}",
    cols="{Multiple Values}",
    panes=(Pane("Bar", colour=":Measure Names"),),
    filters=(CATEGORY, TRENDING, FIRST),
    sort=("product_name", "sum:trending_score"),
    values=("sum:views_24h", "sum:carts_24h", "sum:purchases_24h"),
    note="Views, carts and purchases of the last 24 hours.",
)

BY_CATEGORY = Sheet(
    "Trending by category",
    PRODUCTS,
    rows="{category}",
    cols="{products}",
    panes=(Pane("Bar", colour="category", labelled=True),),
    filters=(CATEGORY, TRENDING),
    sort=("category", "products"),
    note="Products that trend. A click filters the dashboard.",
    tooltip=("Category: {category}", "Products: {products}"),
    hidden_axes=("products",),
)

DASHBOARD = Dashboard(
    "Trending",
    "What is taking off right now?",
    stack(
        row(FilterCard(SCORES, "category"), Legend(DRIVERS, ":Measure Names"), weight=60),
        row(View(BY_CATEGORY), View(SCORES, weight=2), View(DRIVERS, weight=2), weight=540),
    ),
    height=640,
    actions=(
        Action("Show this category alone", BY_CATEGORY, ("category",), (SCORES, DRIVERS)),
        Action(
            "Open in Products",
            SCORES,
            ("product_name",),
            (TABLE,),
            target="Products",
            activation=ON_MENU,
        ),
    ),
)
