"""The folder of the local target: its layout, its version, its locks.

home.json          format of the folder, so that older code refuses newer data
lake.db            catalog of the lake and the queue of the embedded Pub/Sub (SQLite, WAL)
lake/<table>/…     raw tables, Parquet
shop/              the simulated shop: its identity, the state at the start of each day
truth/             what the simulation planted, never loaded into the warehouse
warehouse.duckdb   dbt's own; nobody else opens it
marts.duckdb       the published marts; everybody reads it
docs/              the documentation of the dbt project, one page
prefect/, logs/    the local Prefect server's database; one log per process
"""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from esynapse import __version__
from esynapse.errors import EsynapseError
from esynapse.files import replacing

FORMAT = 4
"""2: the queue is a log of publishes. 3: builds keep their results. 4: forecasts have a measure."""


@dataclass(frozen=True)
class Home:
    """Paths inside one home folder."""

    root: Path

    @property
    def catalog(self) -> Path:
        return self.root / "lake.db"

    @property
    def lake(self) -> Path:
        return self.root / "lake"

    @property
    def shop(self) -> Path:
        return self.root / "shop"

    @property
    def truth(self) -> Path:
        return self.root / "truth"

    @property
    def warehouse(self) -> Path:
        return self.root / "warehouse.duckdb"

    @property
    def marts(self) -> Path:
        return self.root / "marts.duckdb"

    @property
    def docs(self) -> Path:
        return self.root / "docs" / "index.html"

    @property
    def prefect(self) -> Path:
        return self.root / "prefect"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @contextmanager
    def lock(self, name: str, *, wait: float = 0, busy: str) -> Iterator[None]:
        """Hold the home's lock ``name``; it is released even by kill -9.

        Args:
            wait: seconds to wait for it; -1 waits for ever.
            busy: what to tell the person when another process holds it.
        """
        lock = FileLock(self.root / f"{name}.lock")
        try:
            lock.acquire(timeout=wait)
        except Timeout:
            raise EsynapseError(busy) from None
        try:
            yield
        finally:
            lock.release()


def open_home(root: Path, *, create: bool = True) -> Home:
    """The home at ``root``, made if it is not there yet.

    Raises:
        EsynapseError: it cannot be written, is no home of ours, or was made by a newer version.
    """
    root = root.expanduser().absolute()
    marker = root / "home.json"
    if not marker.exists():
        if not create:
            raise EsynapseError(f"{root} is no ESynapse home: run 'esynapse up' first, or --home")
        _make(root, marker)
    found = read_json(marker).get("format")
    if found != FORMAT:
        advice = "update ESynapse, or use another --home"
        if isinstance(found, int) and found < FORMAT:
            advice = "use another --home, or go on with the version that made this one"
        raise EsynapseError(
            f"{root} has format {found}, this version ({__version__}) knows format {FORMAT}: "
            f"{advice}"
        )
    if not os.access(root, os.W_OK):
        raise EsynapseError(f"cannot write to {root}: mend its permissions, or use another --home")
    return Home(root)


def _make(root: Path, marker: Path) -> None:
    try:
        root.mkdir(parents=True, exist_ok=True)
        if any(entry.suffix != ".lock" for entry in root.iterdir()):
            raise EsynapseError(f"{root} is not empty and no ESynapse home: use another --home")
        for name in ("lake", "shop", "truth", "logs", "prefect"):
            (root / name).mkdir(exist_ok=True)
        write_json(marker, {"format": FORMAT, "created_by": __version__})
    except OSError as error:
        raise EsynapseError(
            f"cannot create {root} ({error.strerror}): mend its permissions, or use another --home"
        ) from None


def read_json(path: Path) -> dict[str, Any]:
    """A small JSON object of the home.

    Raises:
        EsynapseError: it is damaged.
    """
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise EsynapseError(
            f"{path} cannot be read ({error}): restore it, or use another --home"
        ) from None
    if not isinstance(found, dict):
        raise EsynapseError(f"{path} is no JSON object: restore it, or use another --home")
    return found


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Replace a small JSON file so that it is there whole, old or new."""
    with replacing(path) as temporary:
        temporary.write_text(json.dumps(content))
