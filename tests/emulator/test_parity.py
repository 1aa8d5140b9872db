"""dbt-bigquery makes in BigQuery, row for row, what dbt-duckdb makes of the same events in DuckDB.

`make test-emulator` prints the comparison.
"""

import pytest

from tests.emulator.parity import LOSERS, Parity

pytestmark = pytest.mark.slow


def test_a_first_build_makes_the_same_tables(parity: Parity) -> None:
    assert {c.model: c.differences[:3] for c in parity.whole if c.differences} == {}
    assert len(parity.whole) >= 50
    assert {c.model for c in parity.whole if not c.rows} == set()


def test_an_incremental_run_ends_in_the_same_tables(parity: Parity) -> None:
    assert {c.model: c.differences[:3] for c in parity.incremental if c.differences} == {}
    assert [c.rows for c in parity.incremental] != [c.rows for c in parity.whole]


def test_an_incremental_run_empties_a_day_that_lost_its_last_row(parity: Parity) -> None:
    assert parity.lost == {model: ([1, 1], [0, 0]) for model in LOSERS}


def test_nothing_but_fingerprints_is_left_out(parity: Parity) -> None:
    left_out = {column for c in parity.whole for column in c.left_out}

    assert left_out == {"session_key"}
