"""The workbook's data sources: ten, of the marts that the dashboard reads too."""

from tableau.data.discounts import DISCOUNT_PERIODS, ELASTICITY, PRICE_DROPS
from tableau.data.forecasts import ACCURACY, FORECAST_BY_DAY, FORECAST_BY_HOUR
from tableau.data.funnel import FUNNEL
from tableau.data.products import PRODUCTS, PRODUCTS_BY_DAY
from tableau.data.shop import SHOP_BY_DAY

SOURCES = (
    SHOP_BY_DAY,
    PRODUCTS_BY_DAY,
    PRODUCTS,
    PRICE_DROPS,
    DISCOUNT_PERIODS,
    ELASTICITY,
    FUNNEL,
    FORECAST_BY_DAY,
    FORECAST_BY_HOUR,
    ACCURACY,
)
