"""Measuring a run against the targets of its profile."""

from collections.abc import Callable
from pathlib import Path

from esynapse.shop.calibration import assortment, customers, returns, sessions
from esynapse.shop.calibration.comparison import Figures, Finding, compare
from esynapse.shop.calibration.run import Run, open_run
from esynapse.shop.calibration.targets import load_targets

Measure = Callable[[Run], Figures]

MEASURES: dict[str, Measure] = {
    measure.__name__: measure
    for measure in (
        sessions.session_add_to_cart_rate,
        sessions.session_view_to_cart,
        sessions.session_cart_to_purchase,
        sessions.session_cart_abandonment,
        sessions.session_conversion,
        sessions.buying_sessions_without_a_cart,
        sessions.events_per_session,
        sessions.single_event_session_share,
        sessions.distinct_products_per_session,
        sessions.session_duration_s_multi_event,
        sessions.seconds_between_events,
        sessions.transitions,
        sessions.event_mix_view_cart_purchase,
        sessions.hour_of_day_utc_events,
        sessions.hour_of_day_utc_purchases,
        sessions.day_of_week_events,
        sessions.day_of_week_purchases,
        customers.sessions_per_user_mean_61_days,
        customers.users_who_buy_61_days,
        customers.buyers_with_2_or_more_orders_in_90_days,
        customers.buyers_with_2_or_more_purchase_events,
        customers.purchase_events_per_buyer_pmf_1_to_20,
        customers.days_between_orders,
        customers.share_of_revenue_by_top_7pct_of_buyers,
        customers.cart_lines_per_order,
        returns.return_rate_units,
        returns.days_purchase_to_refund,
        assortment.view_share_top_1pct_products,
        assortment.view_share_top_10pct_products,
        assortment.zipf_slope_rank_10_1000,
        assortment.price_of_purchases,
        assortment.price_elasticity_mean,
        assortment.out_of_stock_share_of_product_hours,
    )
}
"""By name; a target of a profile asks for the measure that is named as it is."""


def measure(folder: Path, profile: str) -> list[Finding]:
    """What the run in ``folder`` shows of the targets of ``profile``, in their order.

    Raises:
        EsynapseError: the profile has no targets, or the folder is no exported run.
    """
    known = load_targets(profile)
    with open_run(folder, known.run.session_events) as run:
        return [
            finding
            for name, target in known.targets.items()
            for finding in compare(name, target, MEASURES[name](run))
        ]
