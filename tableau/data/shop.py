"""The whole shop, day by day."""

from tableau.data.calculations import complete, figure, mean_of_figures, period, rate_of_figures
from tableau.fields import COUNT, Field
from tableau.sources import Source

SHOP_BY_DAY = Source(
    "Shop by day",
    "daily_revenue",
    calculations=(
        *period("revenue_date", complete("revenue_date")),
        Field(
            "sessions_judged",
            "Sessions of days with views",
            "integer",
            COUNT,
            formula="IF NOT ISNULL([session_conversion]) THEN [sessions] END",
        ),
        *figure("net_revenue", "Net revenue"),
        *figure("gross_revenue", "Gross revenue"),
        *figure("orders", "Orders", COUNT),
        *figure("refunds", "Refunds"),
        *figure("sessions_judged", "Sessions", COUNT),
        *mean_of_figures("average_order", "Average order", "gross_revenue", "orders"),
        *rate_of_figures("conversion", "Conversion", "orders", "sessions_judged"),
        *rate_of_figures("refund_rate", "Refund rate", "refunds", "gross_revenue"),
    ),
)
