"""What every page asks, and the filters that their queries share."""

CATEGORY_FILTER = """
    ($categories = '' or strpos($categories, concat(chr(10), category, chr(10))) > 0)"""

DISCOUNT_FILTER = """
    ($discount = 'All' or is_on_sale = ($discount = 'On sale'))"""

CLOCK = """
select as_of, as_of_date, first_date, last_complete_date, shop_timezone, currency
from pipeline_clock"""

CATEGORIES = """
select category
from daily_category_revenue
group by category
order by sum(gross_revenue) desc, category"""
