"""What goes viral trends within hours, and little else does without a cause."""

from datetime import datetime, time, timedelta
from itertools import product

import pandas as pd
import pytest

from tests.truth.conftest import NOW, WHOLE, Known, Report

pytestmark = pytest.mark.slow

TOP = 10
VIRAL = """
select product_id, start_date from shocks, marts.pipeline_clock
where kind = 'viral' and start_date between first_date + 30 and as_of_date - 1
"""
CAUSES = """
create or replace temp view causes as
select product_id, start_date as first_day, end_date as last_day from promotions
union all
select product_id, launch_date, launch_date + 28 from product_truth
union all
select product_id, change_date, change_date + 7 from price_changes where new_price < old_price
union all
select product_id, start_date, start_date + 30 from shocks where kind = 'viral'
union all
select product_id, cast(ended_at as date), cast(ended_at as date) + 2 from stock_outs
"""


def trending(known: Known, as_of: datetime) -> pd.DataFrame:
    """The mart as it would have been at ``as_of``, by its own SQL."""
    instant = f"timestamptz '{as_of.isoformat()}'"
    known.sql.execute(
        f"create or replace temp view seen as from staging.stg_events"
        f" where event_timestamp <= {instant}"
        f" and event_date >= cast({instant} as date) - 31"
    )
    known.sql.execute(
        f"create or replace temp view clock as select {instant} as as_of,"
        f" cast({instant} as date) as as_of_date, first_event_at from marts.pipeline_clock"
    )
    spans = known.model(
        "int_interaction_spans", staging__stg_events="seen", marts__pipeline_clock="clock"
    )
    known.sql.execute(f"create or replace temp table spans as {spans}")
    return known.sql.execute(
        known.model("trending_score", intermediate__int_interaction_spans="spans")
    ).df()


def test_what_goes_viral_is_among_the_first_ten_within_six_hours(
    shops: list[Known], report: Report
) -> None:
    viral = [(known, *row) for known in shops for row in known.sql.execute(VIRAL).fetchall()]
    found = 0
    for known, product_id, start in viral:
        onset = datetime.combine(start, time(), NOW.tzinfo)
        row = trending(known, onset + timedelta(hours=6)).set_index("product_id").loc[product_id]
        found += bool(row["is_trending"] and row["rank_overall"] <= TOP)

    report(f"viral: {found} of {len(viral)} among the first {TOP} within 6 hours")
    assert len(viral) >= (4 if WHOLE else 1)
    assert found >= 0.9 * len(viral)


def test_few_places_go_to_products_without_a_cause(shops: list[Known], report: Report) -> None:
    places = idle = 0
    for known, number in product(shops, range(48)):
        as_of = NOW - timedelta(hours=number * 69)
        known.sql.execute(CAUSES)
        now = trending(known, as_of)
        top = now[now["is_trending"] & (now["rank_overall"] <= TOP)]["product_id"]
        caused = known.sql.execute(
            "select distinct product_id from causes where $day between first_day and last_day + 1",
            {"day": as_of.date()},
        ).df()["product_id"]
        places += len(top)
        idle += int((~top.isin(caused)).sum())

    report(f"trending: {idle} of {places} places without a cause")
    assert places >= 50
    assert idle <= (0.05 if WHOLE else 0.15) * places
