"""Measures of what comes back, by the purchases it belongs to.

Every purchase of the run counts, however late: the units of the last days had less time to come
back, which the product-limit estimate allows for (see ``waiting``). A share is what comes back
within a day less than the run's length, so that a whole day of purchases stands behind every delay;
later refunds, a few per cent of them in a run of 90 days, are beyond what the run can show.
"""

from esynapse.shop.calibration.comparison import Figures
from esynapse.shop.calibration.run import Run
from esynapse.shop.calibration.waiting import Waits, waits

_APPAREL = "clothing|apparel|fashion|shoes|footwear"
"""Which categories are apparel, by their names in lower case."""

_DELAYS = """
    create temp table if not exists refund_delays as
    with bought as (
        select session, product, min(happened_at) as bought_at, sum(quantity) as units
        from sales where not is_refund group by all
    ),
    refunded as (
        select session, product, date_diff('minute', bought_at, happened_at) as minutes, quantity
        from sales join bought using (session, product) where is_refund
    ),
    kept as (
        select product, date_diff('minute', bought_at, $end) as minutes,
            units - coalesce(returned, 0) as units
        from bought
        left join (select session, product, sum(quantity) as returned from refunded group by all)
            using (session, product)
    ),
    seen as (
        select product, minutes, quantity as units, true as happened from refunded
        union all
        select product, minutes, units, false from kept
    )
    select category, regexp_matches(lower(category), $apparel) as is_apparel,
        minutes, happened, sum(units) as units
    from seen join products on product_id = product group by all
"""


def return_rate_units(run: Run) -> Figures:
    """Units refunded over units bought; and how far apparel is ahead of all else.

    ``lowest_apparel_minus_highest_other`` compares categories; NaN if nothing of apparel, or
    nothing else, was sold.
    """
    within = run.days - 1
    whole = _delays(run).share_within(within)
    rates: dict[bool, list[float]] = {True: [], False: []}
    kinds = run.sql.sql("select distinct is_apparel, category from refund_delays")
    for is_apparel, category in kinds.fetchall():
        rates[is_apparel].append(_delays(run, category).share_within(within))
    lead = min(rates[True]) - max(rates[False]) if all(rates.values()) else float("nan")
    return {"value": whole, "lowest_apparel_minus_highest_other": lead}


def days_purchase_to_refund(run: Run) -> Figures:
    """Days from a purchase to its refund, by units, given that it comes within the run's length."""
    delays, within = _delays(run), run.days - 1
    return {
        "p50": delays.quantile(0.5, within=within),
        "p90": delays.quantile(0.9, within=within),
    }


def _delays(run: Run, category: str | None = None) -> Waits:
    """How units come back, of all products or of one category's."""
    run.sql.execute(_DELAYS, {"end": run.end, "apparel": _APPAREL})
    return waits(
        run.sql,
        "from refund_delays where category = coalesce($category, category)",
        {"category": category},
    )
