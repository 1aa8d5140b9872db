"""A network of our own to a server of this machine, which can be pulled."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Network:
    """Carries connections to a port of this machine, and drops them all when it is pulled."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: set[socket.socket] = set()
        self._guard = threading.Lock()
        self._away = threading.Event()
        self.cuts = 0
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def pull(self, seconds: float) -> None:
        """Drop what is on its way, in both directions, and let nothing through for a while."""
        self._away.set()
        self.cuts += 1
        with self._guard:
            for each in self._open:
                with suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)
        time.sleep(seconds)
        self._away.clear()

    def close(self) -> None:
        self.pull(0)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            far = None if self._away.is_set() else self._connected()
            if far is None:
                near.close()
                continue
            with self._guard:
                self._open |= {near, far}
            for ends in ((near, far), (far, near)):
                threading.Thread(target=self._carry, args=ends, daemon=True).start()

    def _connected(self) -> socket.socket | None:
        try:
            return socket.create_connection(("127.0.0.1", self._port))
        except ConnectionRefusedError:
            return None

    def _carry(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65_536):
                sink.sendall(data)
        for each in (source, sink):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        with self._guard:
            self._open -= {source, sink}


@contextmanager
def network(endpoint: str) -> Iterator[Network]:
    """A network to an endpoint of this machine."""
    made = Network(int(endpoint.rsplit(":", 1)[1]))
    try:
        yield made
    finally:
        made.close()
