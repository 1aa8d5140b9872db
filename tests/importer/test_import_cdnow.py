"""CDNOW, a real file of orders: every line, every customer, every cent."""

from decimal import Decimal
from pathlib import Path

import pytest

from esynapse.ingest.importer import import_file, load_mapping

MAPPING = Path(__file__).parents[2] / "examples" / "cdnow" / "mapping.yaml"

pytestmark = pytest.mark.slow


def test_cdnow_lands_line_by_line_and_cent_by_cent(cdnow, warehouse):
    rows = [line.split() for line in cdnow.read_text().splitlines()[1:]]
    report = import_file(warehouse, cdnow, load_mapping(MAPPING))
    assert (report.rows_read, report.rows_landed) == (69_659, 69_659)
    assert report.dead_lettered == {}

    [found] = warehouse.query_raw(
        """
        with lines as (
            select
                *,
                round(cast(sale_price as decimal(28, 9)) * quantity, 2) as revenue
            from live_events
        )
        select
            count(distinct event_id) as lines, count(distinct user_id) as customers,
            cast(sum(revenue) as decimal(18, 2)) as revenue,
            min(event_date) as first_day, max(event_date) as last_day,
            count(distinct session_id) as orders
        from lines
        """
    ).to_pylist()
    assert found["lines"] == 69_659
    assert found["customers"] == 23_570
    assert found["revenue"] == sum(Decimal(dollars) for *_, dollars in rows)
    assert (str(found["first_day"]), str(found["last_day"])) == ("1997-01-01", "1998-06-30")
    assert found["orders"] == len({(customer, day) for customer, day, *_ in rows})

    again = import_file(warehouse, cdnow, load_mapping(MAPPING))
    assert again.already_imported


def test_each_line_of_cdnow_keeps_its_amount_to_the_cent(cdnow, warehouse):
    rows = [line.split() for line in cdnow.read_text().splitlines()[1:]]
    import_file(warehouse, cdnow, load_mapping(MAPPING))
    amounts = warehouse.query_raw(
        "select cast(round(cast(sale_price as decimal(28, 9)) * quantity, 2) as decimal(18, 2)) a"
        " from live_events order by cast(split_part(event_id, '-', 2) as integer)"
    )["a"].to_pylist()
    assert amounts == [Decimal(dollars) for *_, dollars in rows]
