"""Disorder harms nothing that its truth does not list, and is the same however events are cut."""

import io
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import jinja2
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from esynapse.errors import EsynapseError
from esynapse.events import EVENT_SCHEMA, EVENT_TYPES, QUANTITY_EVENT_TYPES, encode_events
from esynapse.ingest.pubsub.decode import decode
from esynapse.shop.disorder import (
    ARRIVAL_SCHEMA,
    DISORDER_SCHEMA,
    FAULTS,
    Arrivals,
    Disorder,
    Injector,
    load_disorder,
)
from esynapse.shop.disorder.faults import OVERSIZE_BYTES, possible_faults
from tests.laws import at_most

START = datetime(2026, 3, 27, tzinfo=UTC)
END = START + timedelta(days=30)
DAY = 86_400_000_000
MACROS = Path(__file__).parents[2] / "dbt" / "macros"

KINDS = tuple(load_disorder("none").malformed.rates())
NETWORK_MOST = 5.0
"""Seconds; what is late is later, so that the two can be told apart."""


def events_at(moments: list[tuple[int, str]]) -> pa.Table:
    """Events at microseconds after START, of the types given, each with an id of its own."""
    rows = [
        {
            "event_id": f"é{number}" * (1 + number % 4),
            "event_timestamp": START + timedelta(microseconds=after),
            "event_type": kind,
            "user_id": f"u{number % 3}",
            "session_id": f"s{number % 5}",
            "product_id": f"p{number % 2}",
            "on_sale": number % 2 == 0,
            "sale_price": number / 4,
            "quantity": 1 + number % 3 if kind in QUANTITY_EVENT_TYPES else None,
            "rating": 1 + number % 5 if kind == "review" else None,
            "source": "live",
        }
        for number, (after, kind) in enumerate(sorted(moments))
    ]
    return pa.Table.from_pylist(rows, schema=EVENT_SCHEMA)


def knots(least: float, most: float) -> st.SearchStrategy[tuple[tuple[float, float], ...]]:
    delays = st.sampled_from([1e-6, 1.0, 3.0, NETWORK_MOST, 60.0, 5e4, 2e5])
    few = st.lists(delays.filter(lambda delay: least <= delay <= most), min_size=2, max_size=4)
    return few.map(
        lambda found: tuple(zip(np.linspace(0, 1, len(found)), sorted(found), strict=True))
    )


shares = st.sampled_from([0.0, 0.1, 0.5, 1.0])
no_malformed = st.just(dict.fromkeys(KINDS, 0.0))
some_malformed = st.fixed_dictionaries(
    {kind: st.sampled_from([0.0, 0.05, 0.16]) for kind in KINDS if kind != "oversize"}
    | {"oversize": st.sampled_from([0.0, 0.01])}
)


@st.composite
def levels(draw: st.DrawFn, malformed: st.SearchStrategy[dict[str, float]]) -> Disorder:
    return Disorder.model_validate(
        {
            "name": "drawn",
            "network": {"seconds": draw(st.just(()) | knots(0, NETWORK_MOST))},
            "late": {"share": draw(shares), "seconds": draw(knots(60, 1e9))},
            "duplicates": {
                "share": draw(shares),
                "again": draw(st.sampled_from([0.0, 0.5, 0.9])),
                "most": draw(st.integers(1, 4)),
                "seconds": draw(st.just(()) | knots(0, 1e9)),
            },
            "malformed": draw(malformed),
        }
    )


moments = st.tuples(st.integers(0, 3) | st.integers(0, 3 * DAY), st.sampled_from(EVENT_TYPES))
tables = st.lists(moments, max_size=12).map(events_at)
seeds = st.integers(0, 2**64 - 1)
law = at_most(100)


def all_of(events: pa.Table, figures: Disorder, seed: int) -> Arrivals:
    """Everything that ever arrives of ``events``."""
    given_out, injector = Injector(figures, seed).inject(events, START)
    assert not len(given_out)
    return injector.flush()[0]


def rows_of(events: pa.Table) -> Counter[tuple[Any, ...]]:
    return Counter(tuple(row.values()) for row in events.to_pylist())


# Laws


@law
@given(tables, levels(no_malformed), seeds)
def test_without_malformed_ones_the_arrivals_are_the_events_and_copies_of_them(
    events, figures, seed
):
    arrivals = all_of(events, figures, seed)
    repeated = arrivals.truth().filter(pc.field("kind") == "duplicate")["event_id"].to_pylist()
    of_id = {row["event_id"]: tuple(row.values()) for row in events.to_pylist()}
    expected = rows_of(events) + Counter(of_id[event_id] for event_id in repeated)
    assert rows_of(arrivals.events) == expected
    assert arrivals.events.schema.equals(EVENT_SCHEMA)
    assert Counter(arrivals.messages()) == Counter(
        message
        for message, event_id in zip(
            encode_events(events), events["event_id"].to_pylist(), strict=True
        )
        for _ in range(1 + repeated.count(event_id))
    )


@law
@given(tables, levels(some_malformed), seeds)
def test_the_truth_lists_exactly_what_differs_from_the_events(events, figures, seed):
    arrivals = all_of(events, figures, seed)
    truth = arrivals.truth()
    assert truth.schema.equals(DISORDER_SCHEMA)
    times = {row["event_id"]: row["event_timestamp"] for row in events.to_pylist()}
    listed = truth.to_pylist()
    assert all(row["event_timestamp"] == times[row["event_id"]] for row in listed)

    malformed = [row for row in listed if row["caught_by"]]
    good = [row for row in arrivals.rows.to_pylist() if row["good_id"] is None]
    firsts = [row for row in good if row["kind"] != "duplicate"]
    assert len(arrivals) == len(good) + len(malformed)
    assert rows_of(pa.Table.from_pylist(firsts, schema=EVENT_SCHEMA)) == rows_of(events)

    by_kind = {kind: [r for r in listed if r["kind"] == kind] for kind in ("late", "duplicate")}
    slow = {
        (row["event_id"], row["arrived_at"])
        for row in firsts
        if row["arrived_at"] - row["event_timestamp"] > timedelta(seconds=NETWORK_MOST)
    }
    assert {(row["event_id"], row["arrived_at"]) for row in by_kind["late"]} == slow
    again = Counter((row["event_id"], row["arrived_at"]) for row in by_kind["duplicate"])
    assert again == Counter(
        (row["event_id"], row["arrived_at"]) for row in good if row["kind"] == "duplicate"
    )


@law
@given(tables, levels(some_malformed), seeds)
def test_the_good_messages_and_rows_are_told_from_the_malformed_by_the_truth_alone(
    events, figures, seed
):
    arrivals = all_of(events, figures, seed)
    once = set(encode_events(events))
    strange = [message for message in arrivals.messages() if message not in once]
    malformed = arrivals.truth().filter(pc.is_valid(pc.field("caught_by")))
    assert len(strange) == malformed.num_rows
    assert {message for message in arrivals.messages() if message in once} == once

    good = rows_of(events)
    strangers = [
        row for row in arrivals.typed().events.to_pylist() if tuple(row.values()) not in good
    ]
    copies = [row["copy_id"] for row in arrivals.typed().truth().to_pylist() if row["caught_by"]]
    assert [row["event_id"] for row in strangers] == copies
    assert not set(copies) & set(events["event_id"].to_pylist())


@st.composite
def cuts(draw: st.DrawFn) -> tuple[pa.Table, list[tuple[pa.Table, datetime]]]:
    """Events, and the same in slices, each with an instant to give out until."""
    events = draw(tables)
    bounds = sorted(draw(st.lists(st.integers(0, len(events)), max_size=4)))
    times = [START, *events["event_timestamp"].to_pylist(), END]
    slices = []
    for begin, end in pairwise([0, *bounds, len(events)]):
        until = times[end + 1] if draw(st.booleans()) else times[end]
        slices.append((events.slice(begin, end - begin), until))
    return events, slices


@law
@given(cuts(), levels(some_malformed), seeds, st.booleans())
def test_neither_slicing_nor_saving_and_loading_changes_anything(cut, figures, seed, save):
    events, slices = cut
    injector, parts, last = Injector(figures, seed), [], START
    for part, until in slices:
        arrivals, injector = injector.inject(part, until)
        parts.append(arrivals)
        last = max(last, until)
        if save:
            injector = Injector.load(injector.save(), figures, seed)
    whole, following = Injector(figures, seed).inject(events, last)
    assert pa.concat_tables(part.rows for part in parts) == whole.rows
    assert pa.concat_tables(part.truth() for part in parts) == whole.truth()
    assert [m for part in parts for m in part.messages()] == list(whole.messages())
    assert injector.save() == following.save()
    assert injector.flush()[0].rows == following.flush()[0].rows


@law
@given(tables, levels(some_malformed), seeds, st.data())
def test_what_becomes_of_an_event_depends_on_no_other(events, figures, seed, data):
    chosen = data.draw(st.lists(st.booleans(), min_size=len(events), max_size=len(events)))
    some = events.filter(pa.array(chosen, pa.bool_()))
    whole, part = (all_of(table, figures, seed).rows for table in (events, some))
    owner = pc.coalesce(whole["good_id"], whole["event_id"])
    assert whole.filter(pc.is_in(owner, value_set=some["event_id"].combine_chunks())) == part


@law
@given(tables, levels(some_malformed), seeds, st.integers(0, 4 * DAY))
def test_arrivals_are_sorted_and_none_comes_before_it_happened(events, figures, seed, after):
    until = START + timedelta(microseconds=after)
    arrivals, injector = Injector(figures, seed).inject(events, until)
    rest, _ = injector.flush()
    for part, low, high in ((arrivals, START, until), (rest, until, END)):
        arrived = part.arrived_at.to_pylist()
        assert arrived == sorted(arrived)
        assert all(low <= instant < high for instant in arrived)
        assert part.count_before(until) == (len(part) if part is arrivals else 0)
        happened = pc.coalesce(part.rows["good_timestamp"], part.rows["event_timestamp"])
        assert pc.all(pc.less_equal(happened, part.arrived_at), min_count=0).as_py()


@law
@given(tables, seeds)
def test_no_disorder_is_the_identity_to_the_byte(events, seed):
    arrivals, injector = Injector(load_disorder("none"), seed).inject(events, END)
    assert arrivals.events == events == arrivals.typed().events
    assert arrivals.arrived_at.to_pylist() == events["event_timestamp"].to_pylist()
    assert list(arrivals.messages()) == list(encode_events(events))
    assert parquet(arrivals.events) == parquet(events)
    assert not arrivals.truth().num_rows
    assert not injector.under_way.num_rows


def parquet(events: pa.Table) -> bytes:
    sink = io.BytesIO()
    pq.write_table(events, sink)
    return sink.getvalue()


@law
@given(tables, levels(some_malformed), seeds, st.integers(0, 30), st.integers(0, 10))
def test_a_slice_of_arrivals_has_the_messages_and_the_truth_of_its_part(
    events, figures, seed, begin, length
):
    arrivals = all_of(events, figures, seed)
    begin = min(begin, len(arrivals))
    parts = [
        arrivals.slice(0, begin),
        arrivals.slice(begin, length),
        arrivals.slice(min(begin + length, len(arrivals))),
    ]
    assert [m for part in parts for m in part.messages()] == list(arrivals.messages())
    assert pa.concat_tables(part.truth() for part in parts) == arrivals.truth()
    assert pa.concat_tables(part.typed().events for part in parts) == arrivals.typed().events


# Malformed messages and rows


@cache
def broken_rule() -> str:
    """The SQL of the staging rule that quarantines a row, from the dbt project itself."""
    text = "".join((MACROS / f"{name}.sql").read_text() for name in ("event_rules", "shop_time"))
    environment = jinja2.Environment(autoescape=False)
    adapter = SimpleNamespace(dispatch=lambda name: getattr(macros, f"duckdb__{name}"))
    macros = environment.from_string(text).make_module(
        {"adapter": adapter, "target": SimpleNamespace(type="duckdb"), "return": lambda sql: sql}
    )
    return str(macros.broken_rule())


def reasons(rows: pa.Table) -> list[str | None]:
    """Why staging quarantines each row; None if it does not."""
    numbered = rows.append_column("position", pa.array(range(len(rows))))
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.register("numbered", numbered)
        found = connection.sql(f"select {broken_rule()} from numbered order by position").fetchall()
    return [reason for (reason,) in found]


def with_a_copy_each(kind: str, times: int = 40) -> Arrivals:
    """Events of every type, some of each, where all have a malformed copy of the kind."""
    malformed = dict.fromkeys(KINDS, 0.0) | {kind: 1.0}
    figures = Disorder.model_validate(
        {**load_disorder("none").model_dump(), "malformed": malformed}
    )
    events = events_at([(n, event_type) for n in range(times) for event_type in EVENT_TYPES])
    return all_of(events, figures, 1)


def with_every_fault() -> Iterator[Arrivals]:
    for kind in KINDS:
        yield with_a_copy_each(kind, 3 if kind == "oversize" else 40)


def test_every_malformed_message_is_caught_by_the_guard_that_the_truth_names():
    found = set()
    for arrivals in with_every_fault():
        truth = arrivals.truth().to_pylist()
        listed = iter(truth)
        faults = [
            next(listed) if good_id else None for good_id in arrivals.rows["good_id"].to_pylist()
        ]
        messages = list(arrivals.messages())
        decoded = decode(messages, EVENT_SCHEMA)
        rejected = {position for position, _ in decoded.rejected}
        wanted = {n for n, fault in enumerate(faults) if fault and fault["caught_by"] == "schema"}
        assert rejected == wanted
        landed = [fault for n, fault in enumerate(faults) if n not in rejected]
        for fault, reason in zip(landed, reasons(decoded.rows), strict=True):
            assert (reason is not None) == (fault is not None), (fault, reason)
        found |= {fault["detail"] for fault in truth}
    assert found == {fault.detail for fault in FAULTS}


def test_every_malformed_row_of_a_backfill_breaks_a_rule_and_has_a_day_to_lie_in():
    details = set()
    for arrivals in with_every_fault():
        typed = arrivals.typed()
        assert typed.events["event_timestamp"].null_count == 0
        malformed = pc.is_valid(typed.rows["good_id"]).to_pylist()
        assert [reason is not None for reason in reasons(typed.events)] == malformed
        details |= set(typed.truth()["detail"].to_pylist())
    assert details == {fault.detail for fault in FAULTS if fault.edit}


def test_every_kind_has_a_fault_for_every_type_of_event():
    assert all(possible_faults(kind, event_type) for kind in KINDS for event_type in EVENT_TYPES)
    assert {fault.kind for fault in FAULTS} == set(KINDS)
    assert len({fault.detail for fault in FAULTS}) == len(FAULTS)
    assert all((fault.edit is None) != (fault.spoil is None) for fault in FAULTS)


def test_an_oversize_message_is_far_above_an_event_and_below_the_limit_of_pubsub():
    arrivals = with_a_copy_each("oversize", 1)
    sizes = [len(message) for message in arrivals.messages() if len(message) > 1000]
    assert len(sizes) * 2 == len(arrivals)
    assert all(OVERSIZE_BYTES <= size < 2 * OVERSIZE_BYTES for size in sizes)


# Levels


@pytest.fixture(scope="module")
def busy_day() -> pa.Table:
    """400,000 events, one every 0.2 s."""
    size = 400_000
    number = np.arange(size)
    kinds = pa.array(EVENT_TYPES).take(pa.array(number % len(EVENT_TYPES)))
    text = pc.cast(pa.array(number), pa.string())
    stamps = number * 200_000 + int(START.timestamp()) * 1_000_000
    has_quantity = pc.is_in(kinds, value_set=pa.array(QUANTITY_EVENT_TYPES))
    return pa.Table.from_arrays(
        [
            pc.binary_join_element_wise("e", text, ""),
            pa.array(stamps).cast(pa.timestamp("us", tz="UTC")),
            kinds,
            *[pc.binary_join_element_wise(letter, text, "") for letter in "usp"],
            pa.array(number % 2 == 0),
            pa.array(number / 4),
            pc.if_else(has_quantity, 1, pa.scalar(None, pa.int64())),
            pc.if_else(pc.equal(kinds, "review"), 5, pa.scalar(None, pa.int64())),
            pa.repeat("live", size),
        ],
        schema=EVENT_SCHEMA,
    )


@pytest.mark.parametrize("name", ["mild", "wild"])
def test_a_level_disturbs_as_many_events_as_its_figures_say(busy_day, name):
    figures, size = load_disorder(name), len(busy_day)
    truth = all_of(busy_day, figures, 3).truth()
    count = Counter(truth["kind"].to_pylist())
    twice = len(set(truth.filter(pc.field("kind") == "duplicate")["event_id"].to_pylist()))
    expected = {"late": figures.late.share, **figures.malformed.rates()}
    for kind, share in expected.items():
        assert count[kind] == pytest.approx(size * share, abs=4 * (size * share) ** 0.5 + 1)
    share = figures.duplicates.share
    assert twice == pytest.approx(size * share, abs=4 * (size * share) ** 0.5)
    further = count["duplicate"] - twice
    mean = twice * figures.duplicates.again / (1 - figures.duplicates.again)
    assert further == pytest.approx(mean, abs=5 * mean**0.5)


@pytest.mark.parametrize("name", ["mild", "wild"])
def test_delays_have_the_quantiles_of_the_figures(busy_day, name):
    figures = load_disorder(name)
    rows = all_of(busy_day, figures, 3).rows
    delays = (rows["arrived_at"].cast(pa.int64()).to_numpy()) / 1e6
    delays -= rows["event_timestamp"].cast(pa.int64()).to_numpy() / 1e6
    kinds = np.array(rows["kind"].to_pylist(), dtype=object)
    for found, known in (
        (delays[kinds == None], figures.network),  # noqa: E711
        (delays[kinds == "late"], figures.late),
    ):
        for share, seconds in known.seconds[1:-1]:
            error = 4 * (share * (1 - share) / len(found)) ** 0.5
            assert (found <= seconds).mean() == pytest.approx(share, abs=error + 1 / 8192)
        assert known.seconds[0][1] * 0.99 <= found.min()
        assert found.max() <= known.seconds[-1][1]


def test_a_wild_level_shows_every_fault_and_comes_out_of_order_and_on_later_days(busy_day):
    arrivals, injector = Injector(load_disorder("wild"), 3).inject(
        busy_day, START + timedelta(days=1)
    )
    assert {fault.detail for fault in FAULTS} <= set(arrivals.truth()["detail"].to_pylist())
    times = arrivals.events["event_timestamp"].cast(pa.int64()).to_numpy()
    assert (np.diff(times) < 0).mean() > 0.01
    assert 0.01 < injector.under_way.num_rows / len(busy_day) < 0.1


def test_another_seed_disturbs_other_events(busy_day):
    late = [
        set(
            all_of(busy_day.slice(0, 20_000), load_disorder("mild"), seed)
            .truth()["event_id"]
            .to_pylist()
        )
        for seed in (1, 2)
    ]
    assert len(late[0] & late[1]) < 0.1 * len(late[0])


# Refusals


def test_an_unknown_level_is_refused_and_the_known_ones_are_named():
    with pytest.raises(EsynapseError, match="'chaos' is unknown, use one of: mild, none, wild"):
        load_disorder("chaos")


@pytest.mark.parametrize(
    ("section", "values", "message"),
    [
        ("late", {"share": 1.5}, "less than or equal to 1"),
        ("late", {"share": 0.1}, "needs seconds"),
        ("network", {"seconds": [(0, 1), (0.5, 2)]}, "end at share 1"),
        ("network", {"seconds": [(0, 2), (1, 1)]}, "may not fall"),
        ("duplicates", {"share": 0.1, "again": 1.0}, "less than 1"),
        ("malformed", dict.fromkeys(KINDS, 0.2), "more than 1"),
        ("malformed", dict.fromkeys(KINDS[1:], 0.0), "missing_field"),
    ],
)
def test_figures_that_make_no_sense_are_refused(section, values, message):
    known = load_disorder("none").model_dump()
    with pytest.raises(ValueError, match=message):
        Disorder.model_validate({**known, section: values})


def test_events_out_of_time_twice_or_without_an_id_are_refused():
    events = events_at([(number, "view_item") for number in range(4)])
    injector = Injector(load_disorder("mild"), 1)
    with pytest.raises(EsynapseError, match="oldest first"):
        injector.inject(events.take([1, 0]), END)
    _, injector = injector.inject(events, START + timedelta(seconds=1))
    with pytest.raises(EsynapseError, match="inject each event once"):
        injector.inject(events, END)
    nameless = events.set_column(0, EVENT_SCHEMA.field(0), pa.nulls(4, pa.string()))
    with pytest.raises(EsynapseError, match="4 events have no event_id"):
        Injector(load_disorder("mild"), 1).inject(nameless, END)
    with pytest.raises(EsynapseError, match="columns of live_events"):
        Injector(load_disorder("mild"), 1).inject(events.drop_columns("rating"), END)


def test_a_damaged_and_a_foreign_saved_state_are_refused():
    figures = load_disorder("wild")
    _, injector = Injector(figures, 1).inject(events_at([(0, "purchase")]), START)
    saved = injector.save()
    for damaged in (b"", b"nonsense", saved[: len(saved) // 2], saved[:-200]):
        with pytest.raises(EsynapseError, match="damaged") as refusal:
            Injector.load(damaged, figures, 1)
        assert "\n" not in str(refusal.value)
    later = ARRIVAL_SCHEMA.with_metadata({"format": "99", "until": "0"})
    sink = pa.BufferOutputStream()
    pa.ipc.new_stream(sink, later).close()
    with pytest.raises(EsynapseError, match="format 99"):
        Injector.load(sink.getvalue().to_pybytes(), figures, 1)


def test_a_level_can_be_changed_while_events_are_under_way():
    events = events_at([(number, "view_item") for number in range(200)])
    _, injector = Injector(load_disorder("wild"), 1).inject(events, START)
    orderly = Injector.load(injector.save(), load_disorder("none"), 1)
    assert orderly.flush()[0].rows == injector.flush()[0].rows
