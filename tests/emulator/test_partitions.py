"""What is trending is told from the partitions of a month, by literals, as dbt-bigquery runs it."""

import re
from datetime import date, timedelta

import pytest

from tests.emulator.twins import Twins

pytestmark = pytest.mark.slow


@pytest.mark.usefixtures("parity")
def test_a_build_names_the_first_day_that_it_needs(twins: Twins) -> None:
    """BigQuery leaves out no partition for the sake of a subquery."""
    ((newest,),) = twins.ask_bigquery("select as_of_date from pipeline_clock", "marts")
    (path,) = (twins.home.root / "dbt-bigquery/run").rglob("int_interaction_spans.sql")
    (first,) = re.findall(r"event_date >= date '([\d-]+)'", path.read_text())
    assert date.fromisoformat(first) == newest - timedelta(days=31)
