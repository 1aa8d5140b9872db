"""The emulator of BigQuery as a process of its own environment, `.venv-emulator`."""

import os
import platform
import subprocess
import time
from pathlib import Path
from typing import Self
from urllib.error import URLError
from urllib.request import urlopen

import duckdb

from esynapse.settings import Settings
from tests.end_to_end.conftest import free_port

ROOT = Path(__file__).parents[2]
ENVIRONMENT = ROOT / ".venv-emulator"
PYTHON = ENVIRONMENT / "bin" / "python"
COMMAND = ENVIRONMENT / "bin" / "bqemulator"
MENDED = Path(__file__).with_name("mended.py")
PROJECT = "esynapse-test"
START_SECONDS = 120


class Emulator:
    """bqemulator with its data in a folder, on two ports that stay its own over a restart."""

    def __init__(self, folder: Path, *, mended: bool = True) -> None:
        self._folder, self._program = folder, MENDED if mended else COMMAND
        self._rest_port, self._grpc_port = free_port(), free_port()
        self._process: subprocess.Popen[bytes] | None = None
        (folder / "data").mkdir(parents=True)
        _install_extension(folder)

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self._rest_port}"

    @property
    def storage_endpoint(self) -> str:
        return f"127.0.0.1:{self._grpc_port}"

    def settings(self, dataset: str = "esynapse") -> Settings:
        """Of target bigquery, at this emulator."""
        return Settings(
            target="bigquery",
            project=PROJECT,
            dataset=dataset,
            bigquery_endpoint=self.endpoint,
            bigquery_storage_endpoint=self.storage_endpoint,
        )

    def start(self) -> Self:
        """Start it, or start it again over what it kept; it answers when this returns."""
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    *(str(PYTHON), str(self._program), "start", "--log-level", "warning"),
                    *("--rest-port", str(self._rest_port), "--grpc-port", str(self._grpc_port)),
                    *("--persistent", "--data-dir", str(self._folder / "data")),
                ],
                env={
                    "PATH": os.environ["PATH"],
                    "HOME": str(self._folder),
                    "BQEMU_ENABLE_FORMAT_EXTENSIONS": "false",  # would be downloaded
                    "BQEMU_UPLOAD_STAGING_DIR": str(self._folder / "uploads"),
                },
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise AssertionError((self._folder / "log").read_text()[-2000:])
            time.sleep(0.1)
        return self

    def kill(self) -> None:
        """End it as a lost machine would: no chance to write anything more."""
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _answers(self) -> bool:
        try:
            with urlopen(f"{self.endpoint}/healthz", timeout=5) as answer:
                return bool(answer.status == 200)
        except (URLError, ConnectionError, TimeoutError):
            return False


def _install_extension(home: Path) -> None:
    """DuckDB's extension for geography, which the emulator loads, to where its DuckDB looks for it:
    otherwise it would be downloaded."""
    (package,) = ENVIRONMENT.glob("lib/python*/site-packages/duckdb_extension_spatial/extensions/*")
    with duckdb.connect() as connection:
        row = connection.execute("pragma platform").fetchone()
    assert row, platform.platform()
    folder = home / ".duckdb" / "extensions" / package.name / row[0]
    folder.mkdir(parents=True)
    (folder / "spatial.duckdb_extension").symlink_to(package / "spatial.duckdb_extension")
