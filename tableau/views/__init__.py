"""The dashboards of the workbook, in the order of their tabs."""

from tableau.dashboards import Dashboard
from tableau.views import discounts, forecast, funnel, overview, products, trending

DASHBOARDS: tuple[Dashboard, ...] = (
    overview.DASHBOARD,
    products.DASHBOARD,
    discounts.DASHBOARD,
    funnel.DASHBOARD,
    forecast.DASHBOARD,
    trending.DASHBOARD,
)
