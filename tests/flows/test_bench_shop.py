"""`esynapse bench shop` measures what it says it measures, at any size."""

import random
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from esynapse.errors import EsynapseError
from esynapse.events import EVENT_SCHEMA, EVENT_TYPES
from esynapse.settings import load_settings
from flows.bench.measure import run_measured
from flows.bench.peers import NOT_INSTALLED, find_jafgen, measure_jafgen
from flows.bench.row_by_row import RowByRowShop, write_row_by_row
from flows.bench.shop import bench_shop
from flows.cli import main


def number(text: str) -> float:
    return float(text.replace(",", ""))


@pytest.mark.slow
def test_the_table_has_ours_the_limit_and_the_peers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    rows, notes = bench_shop(load_settings(scale=0.05), [30_000, 5_000], runs=1)
    assert rows.column_names == ["what", "events", "events/s", "peak MB", "of ours", "of the limit"]
    what = rows["what"].to_pylist()
    assert [w.split(":")[0].split(",")[0] for w in what[:5]] == [
        "our simulation to Parquet",
        "our simulation to Parquet",
        "the limit",
        "the limit",
        "a Python loop",
    ]
    small, large = (number(text) for text in rows["events"].to_pylist()[:2])
    assert 3_500 < small < 7_000
    assert 21_000 < large < 42_000
    assert rows["events"][2] == rows["events"][0], "the limit writes the tables of the first"
    assert rows["of ours"][0].as_py() == "1.000"
    assert "1.000" in rows["of the limit"].to_pylist()[2:4]
    assert all(number(text) > 0 for text in rows["peak MB"].to_pylist())
    assert (NOT_INSTALLED in notes) == (find_jafgen() is None)


def test_the_loop_makes_events_of_the_contract(tmp_path: Path) -> None:
    written = write_row_by_row(tmp_path, events=20_000, seed=1)
    events = pa.concat_tables([pq.read_table(path) for path in sorted(tmp_path.iterdir())])
    assert written == events.num_rows >= 20_000
    assert events.schema.equals(EVENT_SCHEMA)
    assert len(set(events["event_id"].to_pylist())) == written
    kinds = Counter(events["event_type"].to_pylist())
    assert set(kinds) <= set(EVENT_TYPES)
    assert kinds["view_item"] > kinds["add_to_cart"] > kinds["purchase"] > kinds["refund"] > 0


def test_a_session_of_the_loop_is_causal() -> None:
    shop = RowByRowShop(random.Random(3))
    for _ in range(2_000):
        session = list(shop.session(datetime(2026, 3, 11, tzinfo=UTC)))
        seen: set[tuple[str, str]] = set()
        needs = {"add_to_cart": "view_item", "purchase": "add_to_cart", "refund": "purchase"}
        for event in sorted(session, key=lambda event: event["event_timestamp"]):
            kind, product = event["event_type"], event["product_id"]
            if kind in needs:
                assert (needs[kind], product) in seen
            seen.add((kind, product))


def test_jafgen_is_found_on_the_path_and_its_rows_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program that writes as jafgen does plays it: the real one is no requirement of ours."""
    program = tmp_path / "jafgen"
    program.write_text(
        "#!/bin/sh\n[ $1 = --help ] && exit\nmkdir jaffle-data\n"
        "printf 'id\\n1\\n2\\n' >jaffle-data/raw_orders.csv\n"
        "printf 'id\\n1\\n' >jaffle-data/raw_items.csv\n"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert find_jafgen() is not None
    assert measure_jafgen(str(program)).events == 3


def test_a_command_that_fails_is_named_with_its_last_words() -> None:
    with pytest.raises(EsynapseError, match="exit 3 failed: gone"):
        run_measured(["sh", "-c", "echo first; echo gone; exit 3"])


def test_the_memory_is_that_of_the_largest_process() -> None:
    hold = "import time; held = bytearray(200_000_000); time.sleep(0.5)"
    measured = run_measured(["sh", "-c", f"python3 -c '{hold}'; echo done"])
    assert 200 < measured.peak_memory_mb < 400
    assert measured.output == "done"


def test_a_senseless_number_of_events_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["bench", "shop", "--events", "0"])
    assert stopped.value.code == 2
    assert "--events" in capsys.readouterr().err
