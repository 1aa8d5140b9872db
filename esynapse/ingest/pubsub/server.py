"""The server: the gRPC front, the store behind it and the courier, for one home."""

import logging
import socket
import sqlite3
from collections.abc import Callable
from contextlib import ExitStack
from types import TracebackType
from typing import Self

from esynapse.errors import EsynapseError
from esynapse.home import Home
from esynapse.ingest.pubsub import retention
from esynapse.ingest.pubsub.courier import Courier
from esynapse.ingest.pubsub.front import grpc_server
from esynapse.ingest.pubsub.store import Store
from esynapse.signals import stop_on_signals, wait_for_stop
from esynapse.warehouse.catalog import now_us
from esynapse.warehouse.housekeeping import Housekeeper, Job
from esynapse.warehouse.lake import Lake

GRACE_SECONDS = 2.0
TRIM_SECONDS = 5.0
"""Between two deletions of messages that nobody waits for any more."""
EXPIRE_SECONDS = 60.0
"""Between two looks for messages beyond their retention."""

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
            lake = Lake(self.home)
            self.courier = Courier(self.store, lake)
            self.housekeeper = Housekeeper(lake, self._jobs())
            self._grpc = grpc_server(self.store)
            try:
                self._grpc.add_insecure_port(f"{self.host}:{self.port}")
            except RuntimeError:
                raise _taken(self.host, self.port) from None
            self._grpc.start()
            self.courier.start()
            self.housekeeper.start()
            self._undo = undo.pop_all()
        log.info("serving %s on %s:%d", self.home.root, self.host, self.port)

    def stop(self) -> None:
        """Refuse new calls, end those open, finish the delivery in flight, close the database."""
        ended = self._grpc.stop(GRACE_SECONDS)
        self.store.stop_waiting()
        ended.wait()
        self.courier.stop()
        self.housekeeper.stop()
        self._undo.close()
        log.info("stopped")

    def _jobs(self) -> list[Job]:
        """What the queue needs done in the background."""
        return [Job(self._trim, TRIM_SECONDS), Job(self._expire, EXPIRE_SECONDS)]

    def _trim(self) -> None:
        with self.store.write(notify=False) as connection:
            retention.trim(connection, now_us())

    def _expire(self) -> None:
        with self.store.write(notify=False) as connection:
            dropped = retention.expire(connection, now_us())
        if dropped:
            log.warning("%d messages were dropped: they waited beyond their retention", dropped)

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


def serve(home: Home, host: str, port: int, ready: Callable[[], None]) -> None:
    """Serve until SIGINT or SIGTERM; ``ready`` is called once when calls are answered."""
    stop = stop_on_signals()
    with Server(home, host, port):
        ready()
        wait_for_stop(stop)


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
