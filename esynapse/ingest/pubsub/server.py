"""The server: the gRPC front, the store behind it and the courier, for one home."""

import logging
import signal
import socket
import sqlite3
import threading
from contextlib import ExitStack
from types import TracebackType
from typing import Self

from esynapse.errors import EsynapseError
from esynapse.home import Home
from esynapse.ingest.pubsub.courier import Courier
from esynapse.ingest.pubsub.front import grpc_server
from esynapse.ingest.pubsub.store import Store
from esynapse.warehouse.lake import Lake

GRACE_SECONDS = 2.0

log = logging.getLogger(__name__)


class Server:
    """The embedded Pub/Sub server of ``home``, serving between ``start`` and ``stop``."""

    def __init__(self, home: Home, host: str, port: int) -> None:
        self.home = home
        self.host = host
        self.port = port

    def start(self) -> None:
        """Raises EsynapseError if the home has a server already, or the port is taken."""
        with ExitStack() as undo:
            undo.enter_context(
                self.home.lock(
                    "pubsub",
                    busy=f"a Pub/Sub server for {self.home.root} is already running: stop it first",
                )
            )
            _check_free(self.host, self.port)
            self.store = _open_store(self.home)
            undo.callback(self.store.close)
            self.courier = Courier(self.store, Lake(self.home))
            self._grpc = grpc_server(self.store)
            try:
                self._grpc.add_insecure_port(f"{self.host}:{self.port}")
            except RuntimeError:
                raise _taken(self.host, self.port) from None
            self._grpc.start()
            self.courier.start()
            self._undo = undo.pop_all()
        log.info("serving %s on %s:%d", self.home.root, self.host, self.port)

    def stop(self) -> None:
        """Refuse new calls, end those open, finish the delivery in flight, close the database."""
        ended = self._grpc.stop(GRACE_SECONDS)
        self.store.stop_waiting()
        ended.wait()
        self.courier.stop()
        self._undo.close()
        log.info("stopped")

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def serve(home: Home, host: str, port: int) -> None:
    """Serve until SIGINT or SIGTERM."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with Server(home, host, port):
        stop.wait()


def _open_store(home: Home) -> Store:
    try:
        return Store(home.catalog)
    except sqlite3.Error as error:
        raise EsynapseError(
            f"{home.catalog} cannot be opened ({error}): restore it, or use another --home"
        ) from None


def _check_free(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise _taken(host, port, error.strerror or str(error)) from None


def _taken(host: str, port: int, reason: str = "Address already in use") -> EsynapseError:
    return EsynapseError(
        f"Pub/Sub cannot listen on {host}:{port} ({reason}): "
        "stop what runs there, or use another port (ESYNAPSE_PUBSUB_PORT)"
    )
