"""An import that is killed leaves nothing half done; the next one completes it."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from esynapse.ingest.importer import import_file

PROGRAM = """
import sys
from pathlib import Path
from esynapse.home import open_home
from esynapse.ingest.importer import import_file, load_mapping, staging
from esynapse.warehouse.local import LocalWarehouse
staging.BATCH_ROWS = 1000
home, path, mapping = map(Path, sys.argv[1:])
import_file(LocalWarehouse(open_home(home)), path, load_mapping(mapping))
"""


@pytest.mark.slow
def test_after_kill_9_at_any_moment_the_next_import_completes_the_file(
    warehouse, tmp_path: Path, mapping, monkeypatch
):
    days = [f"2024-{month:02}-{day:02}" for month in range(1, 13) for day in range(1, 29)]
    lines = [f"{day},user{n},mug,1,5\n" if n else "bad\n" for day in days for n in range(20)]
    path, rules = tmp_path / "sales.csv", tmp_path / "mapping.yaml"
    path.write_text("time,user,item,quantity,price\n" + "".join(lines))
    rules.write_text(mapping().model_dump_json(exclude_none=True))
    command = [sys.executable, "-c", PROGRAM, str(warehouse.home.root), str(path), str(rules)]
    killed_with: set[int] = set()
    for _ in range(3):
        child = subprocess.Popen(command, env=os.environ | {"TMPDIR": str(tmp_path)})
        before, deadline = len(warehouse.lake.files("live_events")), time.monotonic() + 30
        while child.poll() is None and time.monotonic() < deadline:
            if len(warehouse.lake.files("live_events")) > before:
                break
            time.sleep(0.02)
        child.kill()
        child.wait()
        killed_with.add(warehouse.query_raw("select count(*) n from live_events")["n"][0].as_py())
    assert len(killed_with) == 3

    monkeypatch.setattr("esynapse.ingest.importer.staging.BATCH_ROWS", 1000)
    report = import_file(warehouse, path, mapping())
    assert report.rows_good == len(days) * 19
    counted = warehouse.query_raw(
        "select count(*) as n, count(distinct event_id) as ids from live_events"
    )
    bad = warehouse.query_raw(
        "select count(distinct message_id) n, count(*) c from dead_letter_events"
    )
    assert (bad["n"][0].as_py(), bad["c"][0].as_py()) == (len(days), len(days))
    assert counted["ids"][0].as_py() == len(days) * 19
