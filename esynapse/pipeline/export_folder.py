"""The folder of an export: who may write to it, and what of an older export is replaced.

The file esynapse-export.json is there before anything else is, so a folder that holds it is ours:
its data files are replaced, and what else lies there is left alone. Any other folder must be empty.
"""

import fcntl
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from esynapse.errors import EsynapseError
from esynapse.files import replacing

MARKER = "esynapse-export.json"
DATA = ("live_events/event_date=*/part-*", "truth/*/*.parquet*", "products.*")


@contextmanager
def export_folder(out: Path, about: Mapping[str, object]) -> Iterator[Callable[[int], None]]:
    """Hold ``out``, emptied of an older export, while one is written to it.

    Args:
        about: what fixes the export; goes into the marker.

    Yields:
        what to call with the number of events when all is written.

    Raises:
        EsynapseError: the folder cannot be made, is somebody else's, or is being written to.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(out, os.O_RDONLY)
    except OSError as error:
        raise EsynapseError(
            f"cannot write to {out} ({error.strerror}): mend its permissions, or use another --out"
        ) from None
    try:
        _lock(descriptor, out)
        if (out / MARKER).exists():
            _clear(out)
        elif any(out.iterdir()):
            raise EsynapseError(f"{out} is not empty and no export of ours: use another --out")
        _mark(out, {**about, "complete": False})
        yield lambda events: _mark(out, {**about, "complete": True, "events": events})
    finally:
        os.close(descriptor)


def _mark(out: Path, content: Mapping[str, object]) -> None:
    with replacing(out / MARKER) as temporary:
        temporary.write_text(json.dumps(content, indent=2) + "\n")


def _lock(descriptor: int, out: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise EsynapseError(
            f"another export writes to {out}: wait for it, or use another --out"
        ) from None


def _clear(out: Path) -> None:
    for pattern in DATA:
        for path in out.glob(pattern):
            path.unlink()
    for folder in (*out.glob("live_events/event_date=*"), *out.glob("truth/*")):
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
