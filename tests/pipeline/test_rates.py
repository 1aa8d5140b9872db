"""The traffic multiplied: whole sessions have company, under ids of their own, however cut up."""

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from esynapse.pipeline.rates import Company
from esynapse.shop.disorder import ARRIVAL_SCHEMA
from tests.laws import at_most

NOON = datetime(2026, 3, 11, 12, tzinfo=UTC)
law = at_most(60)
rates = st.floats(1, 9).map(lambda rate: round(rate, 2)) | st.integers(1, 9).map(float)


@st.composite
def arrivals(draw: st.DrawFn) -> pa.Table:
    """Rows of few sessions; some are malformed copies, some of those without an id."""
    rows = []
    for number in range(draw(st.integers(0, 40))):
        session = draw(st.integers(0, 9))
        broken = draw(st.booleans())
        row = {
            "event_id": f"e{number}",
            "event_timestamp": NOON + timedelta(seconds=number),
            "event_type": "view_item",
            "user_id": f"u{session % 5}",
            "session_id": f"s{session}",
            "on_sale": False,
            "sale_price": 9.5,
            "source": "live",
            "arrived_at": NOON + timedelta(seconds=number),
        }
        if broken:
            lost = draw(st.sampled_from(("event_id", "user_id", "session_id", "sale_price")))
            row |= {
                "event_id": f"e{number}-broken",
                "good_id": f"e{number}",
                "kind": "x",
                lost: None,
            }
        rows.append(row)
    return pa.Table.from_pylist(rows, schema=ARRIVAL_SCHEMA)


@law
@given(arrivals(), rates)
def test_without_the_suffix_every_copy_is_the_event_it_copies(rows: pa.Table, rate: float) -> None:
    for row in Company(rate, 7).joined(rows).to_pylist():
        marks = {row[name].partition("~")[2] for name in ID_COLUMNS if row[name] is not None}
        assert len(marks) <= 1, "one number in all of its ids"
    assert _plain(Company(rate, 7).joined(rows)) == [
        row for row in rows.to_pylist() for _ in range(_shoppers(row, rows, rate))
    ]


@law
@given(arrivals(), rates)
def test_ids_stay_unique_and_whole_sessions_are_copied_as_often(
    rows: pa.Table, rate: float
) -> None:
    joined = Company(rate, 7).joined(rows).to_pylist()
    ids = [row["event_id"] for row in joined if row["event_id"]]
    assert len(ids) == len(set(ids))
    copies = defaultdict(set)
    counted = Counter(
        (r["session_id"].partition("~")[0], r["arrived_at"]) for r in joined if r["session_id"]
    )
    for (session, _), count in counted.items():
        copies[session].add(count)
    for counts in copies.values():
        assert len(counts) == 1
        assert counts <= {int(rate), int(rate) + 1}
        assert rate % 1 or counts == {int(rate)}


@law
@given(arrivals(), rates, st.integers(0, 40))
def test_cutting_the_rows_up_changes_nothing(rows: pa.Table, rate: float, cut: int) -> None:
    company = Company(rate, 7)
    parts = [company.joined(rows.slice(0, cut)), company.joined(rows.slice(cut))]
    assert pa.concat_tables(parts).equals(company.joined(rows))


@law
@given(arrivals(), rates, rates)
def test_more_traffic_has_all_that_less_traffic_has(
    rows: pa.Table, one: float, other: float
) -> None:
    few, many = (
        Counter(map(str, Company(r, 7).joined(rows).to_pylist())) for r in sorted((one, other))
    )
    assert few <= many


def test_the_fraction_of_the_rate_is_the_share_of_sessions_with_one_more() -> None:
    sessions = pa.array([f"session-{number}" for number in range(20_000)])
    rows = pa.table({"event_id": sessions, "session_id": sessions})
    assert abs(Company(2.3, 7).joined(rows).num_rows / 20_000 - 2.3) < 0.02


ID_COLUMNS = ("event_id", "user_id", "session_id", "good_id")


def _plain(rows: pa.Table) -> list[dict]:
    return [
        row | {name: row[name] and row[name].partition("~")[0] for name in ID_COLUMNS}
        for row in rows.to_pylist()
    ]


def _shoppers(row: dict, rows: pa.Table, rate: float) -> int:
    alone = rows.filter(pa.array([each == row for each in rows.to_pylist()]))
    return Company(rate, 7).joined(alone).num_rows
