"""CDNOW, a real file of orders: every line, every customer, every cent."""

import shutil
import subprocess
import sys
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest

from esynapse.ingest.importer import import_file, load_mapping

CACHE = Path.home() / ".cache" / "esynapse-tests" / "lifetimes-0.11.3"
INSIDE = "lifetimes/datasets/CDNOW_master.txt"
MAPPING = Path(__file__).parents[2] / "examples" / "cdnow" / "mapping.yaml"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def orders() -> Path:
    """CDNOW_master.txt, out of the wheel of lifetimes; downloaded once."""
    path = CACHE / INSIDE
    if not path.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        _download(CACHE)
        [wheel] = CACHE.glob("[Ll]ifetimes-*.whl")
        with zipfile.ZipFile(wheel) as archive:
            archive.extract(INSIDE, CACHE)
    return path


def _download(folder: Path) -> None:
    pips = [[sys.executable, "-m", "pip"], *([found] for found in [shutil.which("pip")] if found)]
    said = ""
    for pip in pips:
        command = [*pip, "download", "--quiet", "--no-deps", "lifetimes==0.11.3"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)
        if done.returncode == 0:
            return
        said = done.stderr.strip()
    pytest.skip(f"CDNOW's orders cannot be downloaded: {said or 'there is no pip'}")


def test_cdnow_lands_line_by_line_and_cent_by_cent(orders, warehouse):
    rows = [line.split() for line in orders.read_text().splitlines()[1:]]
    report = import_file(warehouse, orders, load_mapping(MAPPING))
    assert (report.rows_read, report.rows_landed) == (69_659, 69_659)
    assert report.dead_lettered == {}

    [found] = warehouse.query_raw(
        """
        with lines as (
            select
                *,
                round(cast(sale_price as decimal(28, 9)) * quantity, 2) as revenue
            from live_events
        )
        select
            count(distinct event_id) as lines, count(distinct user_id) as customers,
            cast(sum(revenue) as decimal(18, 2)) as revenue,
            min(event_date) as first_day, max(event_date) as last_day,
            count(distinct session_id) as orders
        from lines
        """
    ).to_pylist()
    assert found["lines"] == 69_659
    assert found["customers"] == 23_570
    assert found["revenue"] == sum(Decimal(dollars) for *_, dollars in rows)
    assert (str(found["first_day"]), str(found["last_day"])) == ("1997-01-01", "1998-06-30")
    assert found["orders"] == len({(customer, day) for customer, day, *_ in rows})

    again = import_file(warehouse, orders, load_mapping(MAPPING))
    assert again.already_imported


def test_each_line_of_cdnow_keeps_its_amount_to_the_cent(orders, warehouse):
    rows = [line.split() for line in orders.read_text().splitlines()[1:]]
    import_file(warehouse, orders, load_mapping(MAPPING))
    amounts = warehouse.query_raw(
        "select cast(round(cast(sale_price as decimal(28, 9)) * quantity, 2) as decimal(18, 2)) a"
        " from live_events order by cast(split_part(event_id, '-', 2) as integer)"
    )["a"].to_pylist()
    assert amounts == [Decimal(dollars) for *_, dollars in rows]
