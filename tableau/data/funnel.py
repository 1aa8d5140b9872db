"""Sessions by the steps that they took."""

from dashboard.colours import ACTUAL, GOOD, LIGHT, MUTED, PROMOTION
from tableau.data.calculations import complete, period
from tableau.fields import Field
from tableau.sources import MEASURE_NAMES, Join, Source

STATE_COLOURS = (("All", MUTED), ("On sale", PROMOTION), ("Regular price", ACTUAL))
FUNNEL = Source(
    "Funnel",
    "sales_funnel",
    joins=(Join("daily_revenue", "funnel_date", "revenue_date", ("is_complete",)),),
    calculations=(
        *period("funnel_date", complete("funnel_date")),
        *(
            Field(
                name,
                caption,
                "real",
                "p0.0%",
                formula=f"IF SUM([{below}]) > 0 THEN SUM([{above}]) / SUM([{below}]) END",
                is_aggregate=True,
            )
            for name, caption, above, below in (
                ("view_to_cart", "Viewed → carted", "sessions_carted", "sessions_viewed"),
                ("cart_to_purchase", "Carted → purchased", "sessions_purchased", "sessions_carted"),
                ("view_to_purchase", "Viewed → purchased", "sessions_purchased", "sessions_viewed"),
            )
        ),
    ),
    captions=(
        ("sessions_viewed", "Viewed"),
        ("sessions_carted", "Carted"),
        ("sessions_purchased", "Purchased"),
        ("discount_state", "Discount period"),
    ),
    colours=(
        ("discount_state", STATE_COLOURS),
        (
            MEASURE_NAMES,
            (
                ("sum:sessions_viewed", LIGHT),
                ("sum:sessions_carted", ACTUAL),
                ("sum:sessions_purchased", GOOD),
            ),
        ),
    ),
)
