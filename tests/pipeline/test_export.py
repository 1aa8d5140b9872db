"""The shop's history as files: what a backfill would load, whole files, and the same bytes."""

import csv
import errno
import json
import os
import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from esynapse.errors import EsynapseError
from esynapse.events import EVENT_SCHEMA, PRODUCT_SCHEMA
from esynapse.home import open_home
from esynapse.pipeline.backfill import backfill
from esynapse.pipeline.export import export
from esynapse.pipeline.export_folder import MARKER, export_folder
from esynapse.pipeline.hands import Hands
from esynapse.settings import Settings, load_settings
from esynapse.warehouse.lake import Lake
from flows.cli import main

MIDNIGHT = datetime(2026, 3, 11, tzinfo=UTC)
DAYS = 4


def settings_of(**overrides: object) -> Settings:
    return load_settings(**{"days": DAYS, "scale": 0.02, **overrides})


def files_of(folder: Path) -> dict[str, bytes]:
    found = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def events_of(out: Path) -> pa.Table:
    paths = sorted((out / "live_events").rglob("*.parquet"))
    return pa.concat_tables([pq.ParquetFile(path).read() for path in paths])


def truth_of(folder: Path) -> dict[str, pa.Table]:
    return {f"{p.parent.name}/{p.stem}": pq.read_table(p) for p in folder.glob("truth/*/*")}


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("export") / "out"
    export(settings_of(), out, now=MIDNIGHT)
    return out


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("backfill") / "home"
    backfill(settings_of(home=home), now=MIDNIGHT)
    return home


def test_an_export_is_what_a_backfill_loads(exported: Path, home: Path) -> None:
    lake = Lake(open_home(home))
    loaded = lake.query("select * exclude (event_date) from live_events order by event_id")
    assert events_of(exported).sort_by("event_id").cast(loaded.schema).equals(loaded)
    products = lake.query("select * from products order by product_id")
    written = pq.read_table(exported / "products.parquet").sort_by("product_id")
    assert written.cast(products.schema).equals(products)


def test_the_truth_is_that_of_a_backfill(exported: Path, home: Path) -> None:
    written, kept = truth_of(exported), truth_of(home)
    assert "product_truth/2026-03-07" in written
    assert written == {name: rows for name, rows in kept.items() if "2026-03-11" not in name}


def test_each_folder_holds_its_utc_day_in_order_and_in_the_contract(exported: Path) -> None:
    folders = sorted((exported / "live_events").iterdir())
    assert [f.name for f in folders] == [f"event_date=2026-03-{day:02}" for day in range(7, 11)]
    for folder in folders:
        parts = [pq.ParquetFile(path).read() for path in sorted(folder.iterdir())]
        events = pa.concat_tables(parts)
        assert events.schema.equals(EVENT_SCHEMA)
        assert events.num_rows
        assert events.equals(events.sort_by("event_timestamp"))
        for end in (0, -1):
            assert f"event_date={events['event_timestamp'][end].as_py():%F}" == folder.name


def test_any_tool_that_knows_hive_partitions_reads_the_folder(exported: Path) -> None:
    found = ds.dataset(exported / "live_events", partitioning="hive")
    assert found.schema.names == [*EVENT_SCHEMA.names, "event_date"]
    assert found.count_rows() == events_of(exported).num_rows


@pytest.mark.parametrize("workers", [1, 2, 7])
@pytest.mark.parametrize("form", ["parquet", "csv"])
def test_the_bytes_do_not_depend_on_the_workers(tmp_path: Path, workers: int, form: str) -> None:
    export(settings_of(), tmp_path / "one", format=form, now=MIDNIGHT, workers=3)
    export(settings_of(), tmp_path / "two", format=form, now=MIDNIGHT, workers=workers)
    assert files_of(tmp_path / "one") == files_of(tmp_path / "two")


def test_csv_holds_the_same_events_and_products(tmp_path: Path, exported: Path) -> None:
    export(settings_of(), tmp_path, format="csv", now=MIDNIGHT)
    rows = []
    for path in sorted((tmp_path / "live_events").rglob("*")):
        if path.is_file():
            with path.open(newline="") as file:
                header, *part = csv.reader(file)
            assert header == EVENT_SCHEMA.names
            rows += part
    events = events_of(exported).to_pylist()
    assert [row[0] for row in rows] == [event["event_id"] for event in events]
    instants = [f"{event['event_timestamp']:%Y-%m-%dT%H:%M:%S.%fZ}" for event in events]
    assert [row[1] for row in rows] == instants
    prices = [float(row[EVENT_SCHEMA.names.index("sale_price")]) for row in rows]
    assert prices == [event["sale_price"] for event in events]
    with (tmp_path / "products.csv").open(newline="") as file:
        header, *products = csv.reader(file)
    assert header == PRODUCT_SCHEMA.names
    assert len(products) == pq.read_metadata(exported / "products.parquet").num_rows


def test_the_report_and_the_marker_say_what_is_there(tmp_path: Path) -> None:
    report = export(settings_of(), tmp_path, now=MIDNIGHT)
    assert report.events == events_of(tmp_path).num_rows
    assert (report.days, f"{report.opening_day}") == (DAYS, "2026-03-07")
    marker = json.loads((tmp_path / MARKER).read_text())
    assert marker["complete"] is True
    assert (marker["seed"], marker["events"]) == (42, report.events)


def test_a_folder_that_is_not_empty_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(EsynapseError, match="not empty and no export of ours"):
        export(settings_of(), tmp_path, now=MIDNIGHT)
    assert files_of(tmp_path) == {"mine.txt": b"mine"}


def test_an_older_export_is_replaced_and_what_is_not_ours_stays(tmp_path: Path) -> None:
    export(settings_of(), tmp_path / "again", now=MIDNIGHT)
    (tmp_path / "again" / "notes.txt").write_text("mine")
    for out in ("again", "fresh"):
        export(settings_of(days=2, seed=7), tmp_path / out, format="csv", now=MIDNIGHT)
    again = files_of(tmp_path / "again")
    assert again.pop("notes.txt") == b"mine"
    assert again == files_of(tmp_path / "fresh")
    assert len(list((tmp_path / "again" / "live_events").iterdir())) == 2


def test_an_interrupted_export_says_so_has_whole_files_and_can_be_replaced(
    tmp_path: Path, exported: Path
) -> None:
    def interrupt(done: int, total: int, label: str) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export(settings_of(), tmp_path, now=MIDNIGHT, progress=interrupt)
    assert json.loads((tmp_path / MARKER).read_text())["complete"] is False
    whole = files_of(exported)
    for name, content in files_of(tmp_path).items():
        assert name == MARKER or whole[name] == content
    export(settings_of(), tmp_path, now=MIDNIGHT)
    assert files_of(tmp_path) == whole


def test_two_exports_do_not_write_to_one_folder(tmp_path: Path) -> None:
    with (
        export_folder(tmp_path, {}),
        pytest.raises(EsynapseError, match="another export writes to"),
    ):
        export(settings_of(), tmp_path, now=MIDNIGHT)


def test_an_unknown_profile_makes_no_folder(tmp_path: Path) -> None:
    with pytest.raises(EsynapseError, match="atlantis"):
        export(settings_of(profile="atlantis"), tmp_path / "out", now=MIDNIGHT)
    assert not (tmp_path / "out").exists()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)]
    if os.geteuid() or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("only root may mount a small disk")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


@pytest.mark.parametrize("form", ["parquet", "csv"])
def test_a_full_disk_leaves_whole_files_and_the_export_can_be_run_again(
    small_disk: Path, tmp_path: Path, form: str
) -> None:
    settings = settings_of(scale=0.5)
    with pytest.raises(OSError, match=r"(?i)no space left") as full:
        export(settings, small_disk / "out", format=form, now=MIDNIGHT)
    assert full.value.errno == errno.ENOSPC
    left = files_of(small_disk / "out")
    subprocess.run(["mount", "-o", "remount,size=1g", str(small_disk)], check=True)
    export(settings, small_disk / "out", format=form, now=MIDNIGHT)
    whole = files_of(small_disk / "out")
    assert MARKER in left
    assert all(whole[name] == content for name, content in left.items() if name != MARKER)


def test_a_full_disk_is_said_in_one_line(
    small_disk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run("backfill", "--out", small_disk / "out", "--days", DAYS, "--scale", 1, code=2)
    assert capsys.readouterr().err.splitlines()[-1].startswith("esynapse: the disk is full")


def test_what_fails_in_a_thread_fails_here() -> None:
    def fail() -> None:
        raise OSError(errno.ENOSPC, "full")

    with pytest.raises(OSError, match="full"), Hands(2) as hands:
        hands.do(fail)


def test_no_more_jobs_wait_than_one_beyond_the_threads() -> None:
    go, begun = threading.Event(), []
    with Hands(2) as hands:
        for _ in range(3):
            hands.do(go.wait)
        hands.do(partial(begun.append, threading.get_ident))
        assert len(begun) == 1, "the caller did it, as nobody else could"
        go.set()


def run(*arguments: object, code: int = 0) -> None:
    if not code:
        main([str(argument) for argument in arguments])
        return
    with pytest.raises(SystemExit) as stopped:
        main([str(argument) for argument in arguments])
    assert stopped.value.code == code


def columns_of(path: Path) -> list[str]:
    with path.open(newline="") as file:
        return next(csv.reader(file))


def test_the_command_line_exports_and_makes_no_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ESYNAPSE_HOME", str(tmp_path / "home"))
    out = tmp_path / "out"
    run("backfill", "--out", out, "--days", 2, "--scale", 0.02)
    assert f"{events_of(out).num_rows:,} events of 2 days" in capsys.readouterr().out
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["backfill", "--format", "csv"], "--out"),
        (["backfill", "--out", "OUT", "--format", "xml"], "xml"),
        (["backfill", "--out", "OUT", "--home", "HOME"], "one of the two"),
        (["backfill", "--out", "FILE"], "FILE"),
        (["backfill", "--out", "FILE/x"], "cannot write to"),
        (["backfill", "--out", "OUT", "--profile", "atlantis"], "atlantis"),
        (["backfill", "--out", "."], "not empty"),
        (["catalog", "--seed", "7"], "--seed"),
        (["catalog", "--out", "OUT", "--home", "HOME", "--seed", "7"], "--seed"),
        (["catalog", "--out", "OUT", "--home", "HOME"], "no ESynapse home"),
        (["catalog", "--out", "."], "is a directory"),
        (["catalog", "--out", "OUT/x.csv"], "OUT/x.csv"),
    ],
    ids=" ".join,
)
def test_bad_input_is_refused_in_one_line_and_makes_nothing(
    arguments: list[str],
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "FILE").touch()
    run(*arguments, code=2)
    output = capsys.readouterr()
    (line,) = output.err.strip().splitlines()
    assert line.startswith("esynapse: ")
    assert words in line
    assert output.out == ""
    assert files_of(tmp_path) == {"FILE": b""}


def test_the_catalogue_of_a_new_shop_has_the_seven_columns(tmp_path: Path) -> None:
    run("catalog", "--out", tmp_path / "a.csv")
    run("catalog", "--out", tmp_path / "b.csv", "--seed", 7)
    run("catalog", "--out", tmp_path / "c.csv", "--seed", 7)
    assert columns_of(tmp_path / "a.csv") == PRODUCT_SCHEMA.names
    a, b, c = ((tmp_path / f"{name}.csv").read_bytes() for name in "abc")
    assert a != b == c


def test_the_catalogue_is_that_of_the_home_as_it_stands(tmp_path: Path, home: Path) -> None:
    run("catalog", "--out", tmp_path / "products.csv", "--home", home)
    with (tmp_path / "products.csv").open(newline="") as file:
        found = [(row["product_id"], float(row["regular_price"])) for row in csv.DictReader(file)]
    products = Lake(open_home(home)).query("select product_id, regular_price from products")
    assert sorted(found) == sorted(tuple(row.values()) for row in products.to_pylist())
