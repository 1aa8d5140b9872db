"""Days are named to BigQuery by literals: it leaves out no partition for the sake of a subquery."""

import re
from datetime import date, timedelta

import pytest

from tests.emulator.twins import Twins

pytestmark = pytest.mark.slow


@pytest.mark.usefixtures("parity")
def test_a_build_names_the_first_day_that_it_needs(twins: Twins) -> None:
    ((newest,),) = twins.ask_bigquery("select as_of_date from pipeline_clock", "marts")
    (path,) = (twins.home.root / "dbt-bigquery/run").rglob("int_interaction_spans.sql")
    (first,) = re.findall(r"event_date >= date '([\d-]+)'", path.read_text())
    assert date.fromisoformat(first) == newest - timedelta(days=31)


@pytest.mark.usefixtures("parity")
def test_a_build_that_is_told_no_dates_names_the_newest_three_days(twins: Twins) -> None:
    twins.build(None)
    (path,) = (twins.home.root / "dbt-bigquery/run").rglob("stg_events.sql")
    assert re.search(r"DBT_INTERNAL_DEST\.event_date >= date '[\d-]+'", path.read_text())
    assert [each.model for each in twins.compare() if each.differences] == []
