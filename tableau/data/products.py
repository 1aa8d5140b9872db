"""The products: day by day, and as they stand."""

from dashboard.colours import ACTUAL, GOOD, HEALTH, LIGHT, PROMOTION
from tableau.data.calculations import complete, figure, period
from tableau.fields import COUNT, Field
from tableau.parameters import METRIC, METRICS
from tableau.sources import MEASURE_NAMES, Join, Source

ON_SALE = (("true", "On sale"), ("false", "Regular price"))
SALE_COLOURS = (("true", PROMOTION), ("false", ACTUAL))
PRODUCTS_BY_DAY = Source(
    "Products by day",
    "daily_product_kpis",
    joins=(
        Join("product_kpis", "product_id", "product_id", ("product_name",)),
        Join("daily_revenue", "metric_date", "revenue_date", ("is_complete",)),
    ),
    calculations=(
        *period("metric_date", complete("metric_date")),
        Field(
            "chosen_metric",
            "Chosen metric",
            "real",
            COUNT,
            meaning="What the parameter Metric says.",
            formula=f"CASE {METRIC.qualified} "
            + " ".join(f"WHEN '{name}' THEN [{column}]" for name, column in METRICS.items())
            + " END",
        ),
        *figure("chosen_metric", "Chosen metric", COUNT),
    ),
    captions=(("is_on_sale", "Discount period"), ("metric_date", "Day")),
    aliases=(("is_on_sale", ON_SALE),),
    colours=(("is_on_sale", SALE_COLOURS), ("category", ())),
)

PRODUCTS = Source(
    "Products",
    "product_kpis",
    joins=(
        Join(
            "product_health_score",
            "product_id",
            "product_id",
            (
                "health_score",
                "health_rank",
                "health_band",
                "conversion_score",
                "growth_score",
                "return_score",
                "stock_score",
                "rating_score",
                "shrunk_rating",
            ),
        ),
        Join(
            "trending_score",
            "product_id",
            "product_id",
            (
                "trending_score",
                "is_trending",
                "velocity",
                "views_24h",
                "carts_24h",
                "purchases_24h",
                "rank_overall",
                "rank_in_category",
            ),
        ),
    ),
    calculations=(
        Field(
            "conversion",
            "Conversion",
            "real",
            "p0.00%",
            meaning="Sessions that bought the product ÷ sessions that viewed it.",
            formula="IF SUM([sessions_viewed]) > 0 "
            "THEN SUM([sessions_purchased]) / SUM([sessions_viewed]) END",
            is_aggregate=True,
        ),
        Field(
            "products",
            "Products",
            "integer",
            COUNT,
            formula="COUNTD([product_id])",
            is_aggregate=True,
        ),
    ),
    captions=(("is_on_sale", "Discount period"), ("shrunk_rating", "Rating")),
    aliases=(("is_on_sale", ON_SALE),),
    colours=(
        ("category", ()),
        ("health_band", tuple(HEALTH.items())),
        ("is_on_sale", SALE_COLOURS),
        (
            MEASURE_NAMES,
            (("sum:views_24h", LIGHT), ("sum:carts_24h", ACTUAL), ("sum:purchases_24h", GOOD)),
        ),
    ),
)
