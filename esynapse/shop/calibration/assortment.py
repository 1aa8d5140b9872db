"""Measures of products: popularity, prices, stock."""

from esynapse.shop.calibration.comparison import Figures
from esynapse.shop.calibration.run import Run

_VIEWS = """
    select views, row_number() over (order by views desc) as place, count(*) over () as products
    from product_views
"""


def view_share_top_1pct_products(run: Run) -> Figures:
    """Views of the 1 % of all products that are viewed most over all views."""
    return {"value": _view_share(run, 0.01)}


def view_share_top_10pct_products(run: Run) -> Figures:
    """Views of the 10 % of all products that are viewed most over all views."""
    return {"value": _view_share(run, 0.10)}


def zipf_slope_rank_10_1000(run: Run) -> Figures:
    """Least-squares slope of log views on log rank, over ranks 10 to 1000 that have views."""
    return {
        "value": run.number(
            f"select regr_slope(ln(views), ln(place)) from ({_VIEWS})"
            " where place between 10 and 1000 and views > 0"
        )
    }


def price_of_purchases(run: Run) -> Figures:
    """Unit price paid, over purchase events."""
    return {
        name: run.number(f"select {name}(price) from sales where not is_refund")
        for name in ("median", "mean")
    }


def price_elasticity_mean(run: Run) -> Figures:
    """Planted elasticities: mean over products, and how they spread over and in categories."""
    of_products = "(select distinct product_id, category, elasticity from product_truth)"
    by_category = f"""(
        select avg(elasticity) as mean, var_pop(elasticity) as variance, count(*) as products
        from {of_products} group by category
    )"""
    return {
        "value": run.number(f"select avg(elasticity) from {of_products}"),
        "sd_between_categories": run.number(f"select stddev_pop(mean) from {by_category}"),
        "sd_within_categories": run.number(
            f"select sqrt(sum(variance * products) / sum(products)) from {by_category}"
        ),
    }


def out_of_stock_share_of_product_hours(run: Run) -> Figures:
    """Time without stock, from the truth, over the time that products were on sale in the run.

    A product is on sale from the start of its launch date, in UTC.
    """
    within = {"begin": run.begin, "end": run.end}
    missing = run.number(
        "select coalesce(sum(epoch(least(ended_at, $end) - greatest(started_at, $begin))), 0)"
        " from stock_outs where ended_at > $begin and started_at < $end",
        **within,
    )
    on_sale = run.number(
        "select sum(epoch($end - greatest(launch_date::timestamptz, $begin)))"
        " from product_truth where launch_date::timestamptz < $end",
        **within,
    )
    return {"value": missing / on_sale}


def _view_share(run: Run, share_of_products: float) -> float:
    return run.number(
        "select sum(views) filter (place <= greatest(round($share * products), 1)) / sum(views)"
        f" from ({_VIEWS})",
        share=share_of_products,
    )
