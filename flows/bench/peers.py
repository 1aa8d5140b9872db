"""Other generators: a tool that people know, and the loop that people write."""

import os
import shutil
import sys
import tempfile
from pathlib import Path

from flows.bench.measure import Figure, run_measured

NOT_INSTALLED = "jafgen: not installed, so not measured (pip install jafgen, or pipx)"


def find_jafgen() -> str | None:
    """The command jafgen, beside this interpreter or on the PATH."""
    return shutil.which(
        "jafgen", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    )


def measure_jafgen(command: str) -> Figure:
    """One year of its Jaffle Shop (it has no smaller size) to CSV: rows of all its files.

    Its start, as `--help` takes it, is taken off, as ours is.
    """
    start = run_measured([command, "--help"])
    with tempfile.TemporaryDirectory(prefix="esynapse-bench-") as folder:
        run = run_measured([command, "1"], folder=Path(folder))
        rows = sum(_lines(path) - 1 for path in Path(folder).rglob("*.csv"))
    seconds = run.seconds - start.seconds
    return Figure("jafgen, one year to CSV (rows)", rows, seconds, run.peak_memory_mb)


def _lines(path: Path) -> int:
    with path.open("rb") as file:
        return sum(1 for _ in file)
