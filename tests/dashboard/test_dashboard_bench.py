"""`esynapse bench dashboard` visits, changes and counts what it says."""

import threading
from math import isnan, nan
from pathlib import Path

import pytest

from esynapse.errors import EsynapseError
from esynapse.home import open_home
from esynapse.settings import load_settings
from flows.bench import browser
from flows.bench.browser import CHROMIUM, chromium, served
from flows.bench.dashboard import Row, bench_dashboard, figures, quantile
from flows.bench.dashboard_viewers import Session


def test_a_quantile_is_a_value_that_was_measured() -> None:
    values = [float(value) for value in range(1, 101)]
    assert [quantile(values, share) for share in (0.5, 0.95, 1.0)] == [50.0, 95.0, 100.0]
    assert quantile([3.0], 0.95) == 3.0
    assert isnan(quantile([], 0.5))


def test_a_figure_stands_beside_that_of_the_floor() -> None:
    (time, nothing) = figures(
        [Row("a", "s", "≤ 3 s", 4_500.0, 1_500.0), Row("b", "ms", "", nan, 0.0)]
    ).to_pylist()
    assert time == {
        "what": "a",
        "measured": "4.50 s",
        "wanted": "≤ 3 s",
        "floor": "1.50 s",
        "of the floor": "3.0",
    }
    assert (nothing["measured"], nothing["of the floor"]) == ("–", "")


def test_a_home_without_marts_is_refused(tmp_path: Path) -> None:
    settings = load_settings(home=open_home(tmp_path / "home").root)
    with pytest.raises(EsynapseError, match=r"no marts are published in .*: run 'esynapse up"):
        bench_dashboard(settings, viewers=1)


def test_without_a_browser_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser, "CHROMIUM", Path("/nowhere/chromium"))
    with pytest.raises(EsynapseError, match="no /nowhere/chromium: 'apt-get install"), chromium():
        pass


@pytest.mark.slow
def test_a_server_that_does_not_start_says_why(tmp_path: Path) -> None:
    with (
        pytest.raises(EsynapseError, match=r"does not start: .*absent\.py"),
        served(tmp_path, tmp_path / "absent.py"),
    ):
        pass


@pytest.mark.slow
def test_a_viewer_counts_what_goes_wrong_and_runs_fragments_that_are_due(tmp_path: Path) -> None:
    script = tmp_path / "app" / "app.py"
    script.parent.mkdir()
    script.write_text(
        "import streamlit as st\n"
        "st.error('broken')\n"
        "@st.fragment(run_every=0.2)\n"
        "def part(): raise ValueError('part')\n"
        "part()\n"
    )
    errors: list[str] = []
    with served(tmp_path, script) as server:
        session = Session(server, "overview", errors)
        assert session.run() > 0
        assert errors == ["overview: broken", "overview: part"]
        session.look(1.0, threading.Event())
        session.close()
    assert errors.count("overview: broken") == 1
    assert errors.count("overview: part") > 1


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM.exists(), reason=f"{CHROMIUM} is not installed")
def test_pages_are_visited_filters_changed_and_viewers_counted(shop_home: Path) -> None:
    told: list[str] = []
    rows, pages, notes = bench_dashboard(
        load_settings(home=shop_home),
        viewers=2,
        pages=("customers", "live"),
        changes=2,
        seconds=4.0,
        progress=lambda done, steps, what: told.append(f"{done}/{steps} {what}"),
    )
    measured = {row["what"]: row["measured"] for row in rows.to_pylist()}
    assert measured["2 viewers: errors"] == "0"
    assert float(measured["2 viewers: server's memory"].split()[0]) > 50
    assert float(measured["first chart, cold: median page"].split()[0]) > 0.1
    assert measured["2 viewers: a page's script, p95"] != "–"
    visits = [row for row in rows.to_pylist() if "viewers" not in row["what"]]
    assert all(row["floor"] != "–" for row in visits)
    assert pages["page"].to_pylist() == ["customers", "live"]
    customers, live = pages.to_pylist()
    assert (customers["changes"], live["changes"]) == (2, 0)
    screen, whole = (
        float(customers[name].split()[0].replace(",", "")) for name in ("p95", "whole page, p95")
    )
    assert 10 < screen <= whole
    assert any("filter change: 2 of every filter" in note for note in notes)
    assert told[-1].startswith("9/9 ")
