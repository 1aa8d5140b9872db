"""The series of `esynapse bench forecast` are dense, and are what their files say."""

import lzma
import zipfile
from pathlib import Path

import pyarrow as pa
import pytest

from esynapse.errors import EsynapseError
from flows.bench.forecast_data import RAW_SCHEMA, Granularity, History, Key, dense, unbroken
from flows.bench.forecast_public import SOURCES, load, public_histories
from flows.bench.forecast_shops import FIRST_DAY, shop_histories
from flows.bench.wheels import file_in_wheel


def raw(*rows: tuple[str, int, float]) -> pa.Table:
    """(series_id, step, value) …"""
    named = [("orders", series, series, step, value) for series, step, value in rows]
    return pa.Table.from_pylist(
        [dict(zip(RAW_SCHEMA.names, row, strict=True)) for row in named], RAW_SCHEMA
    )


def values(found: History) -> dict[str, list[float]]:
    return {label: row.tolist() for label, row in zip(found.labels, found.values, strict=True)}


def of_file(tmp_path: Path, name: str, granularity: Granularity, text: str) -> History:
    path = tmp_path / "file"
    path.write_text(text, encoding="utf-8")
    [source] = [s for s in SOURCES if s.name.startswith(name) and s.granularity == granularity]
    return load(source, path)


def test_days_without_trade_count_zero_in_the_middle_and_at_the_end() -> None:
    found = dense("x", "daily", raw(("category:b", 9, 2.0), ("total", 11, 5.0), ("total", 7, 4.0)))
    assert values(found) == {"total": [4, 0, 0, 0, 5], "category:b": [0, 0, 2, 0, 0]}
    assert found.start(0).isoformat() == "1970-01-08T00:00:00+00:00"


def test_hours_fill_whole_days() -> None:
    found = dense("x", "hourly", raw(("total", 24 + 7, 1.0), ("total", 48 + 12, 2.0)))
    assert found.steps == 48
    assert found.start(0).hour == 0
    assert found.values[0].nonzero()[0].tolist() == [7, 36]


def test_what_a_counter_missed_is_taken_from_the_week_before() -> None:
    rows = [("total", step, float(step)) for step in range(20) if step not in (3, 12, 13)]
    found = unbroken("x", "daily", raw(*rows), longest_gap=2)
    expected = [*range(20)]
    expected[3], expected[12], expected[13] = 2, 5, 6
    assert found.values[0].tolist() == expected


def test_a_counter_is_used_where_it_ran_longest() -> None:
    steps = [*range(5), *range(8, 20), *range(24, 30)]
    found = unbroken("x", "daily", raw(*(("total", s, 1.0) for s in steps)), longest_gap=2)
    assert (found.first_step, found.steps) == (8, 12)
    by_hour = [("total", step, 1.0) for step in range(30, 101)]
    found = unbroken("x", "hourly", raw(*by_hour), longest_gap=2)
    assert (found.first_step, found.steps) == (48, 48)


def test_the_forecaster_gets_one_row_for_each_series_and_step() -> None:
    table = dense("x", "daily", raw(("total", 7, 4.0), ("total", 8, 5.0), ("category:b", 8, 2.0)))
    part = table.part(1, 2).table()
    assert part.to_pydict() == {
        "measure": ["orders", "orders"],
        "series_id": ["total", "category:b"],
        "timestamp": [table.start(1)] * 2,
        "value": [5.0, 2.0],
    }


def test_cdnow_counts_lines_and_adds_amounts(tmp_path: Path) -> None:
    text = " _BEGIN_\n 00001 19970101  1   11.77\n 00002 19970101  5   77.00\n 2 19970103 1 1.5 \n"
    found = of_file(tmp_path, "CDNOW", "daily", text)
    assert values(found) == {"orders": [2, 0, 1], "revenue": [88.77, 0, 1.5]}
    assert found.start(0).date().isoformat() == "1997-01-01"
    assert {occasion.name for occasion in found.occasions} >= {"Christmas Day"}


RETAIL_FILE = """Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country
1,A,"CUP, RED",2,12/1/2010 8:26,3.5,7,United Kingdom
1,A,"CUP, RED",2,12/1/2010 8:26,3.5,7,United Kingdom
1,B,BOWL,1,12/1/2010 8:26,1,7,United Kingdom
2,A,CUP,1,12/1/2010 23:59,4,8,Norway
C3,A,CUP,-1,12/3/2010 9:00,4,8,Norway
A4,B,Adjust bad debt,1,12/3/2010 9:00,-500,,United Kingdom
5,A,CUP,9,12/9/2011 9:00,4,8,Norway
"""


def test_online_retail_counts_a_line_once_and_a_credit_note_as_money_alone(tmp_path: Path) -> None:
    found = of_file(tmp_path, "Online Retail", "daily", RETAIL_FILE)
    assert values(found) == {
        "net revenue": [12, 0, -4],
        "net revenue, United Kingdom": [8, 0, 0],
        "net revenue, other countries": [4, 0, -4],
        "orders": [2, 0, 0],
    }
    by_hour = of_file(tmp_path, "Online Retail", "hourly", RETAIL_FILE)
    assert by_hour.labels == ("net revenue", "orders")
    assert by_hour.steps == 72
    assert by_hour.values[1].nonzero()[0].tolist() == [8, 23]


def test_an_hour_of_traffic_with_two_kinds_of_weather_counts_once(tmp_path: Path) -> None:
    rows = [f"x,2015-11-01 {hour:02}:00:00,{hour}" for hour in range(24)]
    text = "\n".join(["weather_main,date_time,traffic_volume", *rows, rows[5], ""])
    assert of_file(tmp_path, "Interstate", "hourly", text).values[0].tolist() == [*range(24)]


def test_a_page_is_told_from_others_in_its_file(tmp_path: Path) -> None:
    text = "Page,date,value\nStrasbourg_fr.x,2015-07-01,3\nStrasbourg_de.x,2015-07-01,9\n"
    found = of_file(tmp_path, "Wikipedia, Strasbourg", "daily", text)
    assert values(found) == {"visits": [3]}


def test_a_simulated_shop_adds_up_by_hour_and_by_category() -> None:
    daily, hourly = shop_histories(1, days=9, scale=0.02, categories=True)
    assert (daily.steps, hourly.steps) == (9, 9 * 24)
    assert daily.start(0).date() == FIRST_DAY
    assert hourly.keys == (Key("net_revenue", "total"), Key("orders", "total"))
    money = [row for row, key in enumerate(daily.keys) if key.measure == "net_revenue"]
    total, categories = daily.values[money[0]], daily.values[money[1:]]
    assert len(categories) == 12
    assert total == pytest.approx(categories.sum(axis=0))
    assert total == pytest.approx(hourly.values[0].reshape(9, 24).sum(axis=1))
    assert (daily.values[daily.keys.index(Key("orders", "total"))] > 0).all()
    assert "Black Friday" in " ".join(occasion.name for occasion in daily.occasions)


def test_a_packed_file_of_a_wheel_is_unpacked_once(tmp_path: Path) -> None:
    folder = tmp_path / "thing-1.0"
    folder.mkdir()
    with zipfile.ZipFile(folder / "thing-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("thing/data.csv.xz", lzma.compress(b"a,b\n"))
    path = file_in_wheel("thing==1.0", "thing/data.csv.xz", cache=tmp_path)
    assert path.read_bytes() == b"a,b\n"
    (folder / "thing-1.0-py3-none-any.whl").unlink()
    assert file_in_wheel("thing==1.0", "thing/data.csv.xz", cache=tmp_path) == path


def test_what_cannot_be_downloaded_is_left_out_with_a_note(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    histories, notes = public_histories(SOURCES[:1], cache=tmp_path)
    assert histories == []
    [note] = notes
    assert note.startswith("left out: CDNOW, daily: lifetimes==0.11.3 cannot be downloaded (")
    with pytest.raises(EsynapseError, match="is PyPI within reach"):
        file_in_wheel("lifetimes==0.11.3", "lifetimes/x", cache=tmp_path)
