"""`esynapse bench marts` builds what it says it builds, and asks all that the dashboard asks."""

import sys
from pathlib import Path

import pytest

from dashboard import queries
from esynapse.settings import load_settings
from esynapse.warehouse import Warehouse
from flows.bench.marts import bench_marts
from flows.bench.marts_queries import QueryTime, time_queries
from flows.bench.measure import run_measured


@pytest.mark.slow
def test_a_history_is_built_built_on_and_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[QueryTime] = []

    def keep(warehouse: Warehouse) -> list[QueryTime]:
        asked.extend(time_queries(warehouse))
        return asked

    monkeypatch.setattr("flows.bench.marts_history.time_queries", keep)
    builds, slowest, notes = bench_marts(
        load_settings(scale=0.05), [10_000], [sys.executable, "-m", "flows.cli"], runs=1
    )

    (row,) = builds.to_pylist()
    assert 5_000 < int(row["events"].replace(",", "")) < 20_000
    assert row["of the smallest"] == "1.00"
    assert float(row["full refresh s"]) > 1
    assert float(row["with a late event s"]) > 1
    assert {query.name for query in asked} == set(queries.__all__) - {"LIVE_EVENTS"}
    assert {query.name: query.rows for query in asked}["DAILY_TOTALS"] == row["days"] + 1
    assert slowest["mart query"][0].as_py() == max(asked, key=lambda q: q.milliseconds).name
    assert f"all {len(asked)} of the dashboard" in " ".join(notes)


def test_what_a_process_and_its_children_read_is_counted(tmp_path: Path) -> None:
    code = (
        "import subprocess, sys, time; path = sys.argv[1]\n"
        "open(path, 'wb').write(bytes(50_000_000)); open(path, 'rb').read()\n"
        "if len(sys.argv) == 2: subprocess.run([sys.executable, *sys.orig_argv[1:], 'again'])\n"
        "time.sleep(0.3)"
    )
    measured = run_measured([sys.executable, "-c", code, str(tmp_path / "file")])

    assert 100 < measured.read_mb < 150  # the interpreters read their own modules too
