"""Measures of users and their orders within the run.

An order is a session with a purchase; revenue is gross.
"""

from esynapse.shop.calibration.comparison import Figures
from esynapse.shop.calibration.run import Run
from esynapse.shop.calibration.spread import spread
from esynapse.shop.calibration.waiting import waits

_PMF_LENGTH = 20
_BUYERS = """
    select visitor, sum(purchases) as purchases, count(*) as orders
    from sessions where purchases > 0 group by visitor
"""
_NEXT_ORDERS = """
    select date_diff('minute', ordered_at, coalesce(following, $end)) as minutes, 1 as units,
        following is not null as happened
    from (
        select ordered_at,
            lead(ordered_at) over (partition by visitor order by ordered_at) as following
        from orders
    )
"""


def sessions_per_user_mean_61_days(run: Run) -> Figures:
    """Sessions over the users who have any."""
    return {"value": run.number("select count(*) / count(distinct visitor) from sessions")}


def users_who_buy_61_days(run: Run) -> Figures:
    """Users with a purchase over users."""
    return {
        "value": run.number(
            "select count(distinct visitor) filter (purchases > 0) / count(distinct visitor)"
            " from sessions"
        )
    }


def buyers_with_2_or_more_orders_in_90_days(run: Run) -> Figures:
    """Buyers with at least two orders in the run over its buyers."""
    return {"value": run.number(f"select avg((orders > 1)::int) from ({_BUYERS})")}


def buyers_with_2_or_more_purchase_events(run: Run) -> Figures:
    """Buyers with at least two purchase events in the run over its buyers."""
    return {"value": run.number(f"select avg((purchases > 1)::int) from ({_BUYERS})")}


def purchase_events_per_buyer_pmf_1_to_20(run: Run) -> Figures:
    """Buyers by their purchase events, less one; those with more than 20 are left out."""
    return run.counts(
        f"select purchases - 1, count(*) from ({_BUYERS})"
        f" where purchases <= {_PMF_LENGTH} group by all"
    )


def days_between_orders(run: Run) -> Figures:
    """Days from an order to the user's next one, given that it comes within the run's length.

    The wait after a user's newest order is cut off by the end of the run (see ``waiting``). The
    longest wait that counts is a day shorter than the run, so that a whole day of orders stands
    behind every length.
    """
    found, within = waits(run.sql, _NEXT_ORDERS, {"end": run.end}), run.days - 1
    return {
        "p50": found.quantile(0.5, within=within),
        "p90": found.quantile(0.9, within=within),
    }


def share_of_revenue_by_top_7pct_of_buyers(run: Run) -> Figures:
    """Revenue of the 7 % of buyers (rounded up) who spent most over all revenue."""
    return {
        "value": run.number(
            """
            select sum(revenue) filter (place <= ceil(0.07 * buyers)) / sum(revenue)
            from (
                select revenue, row_number() over (order by revenue desc) as place,
                    count(*) over () as buyers
                from (select sum(revenue) as revenue from orders group by visitor)
            )
            """
        )
    }


def cart_lines_per_order(run: Run) -> Figures:
    """Distinct products bought in one order: mean and quantiles over orders."""
    return spread(run.sql, "select lines as value, count(*) as n from orders group by all")
