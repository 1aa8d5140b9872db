"""The embedded Pub/Sub of the local target.

It speaks Pub/Sub's own protocol, so publisher and provisioning code are those of the cloud, and
writes BigQuery subscriptions into the lake, as the real service writes them into BigQuery.
"""

from collections.abc import Callable

from esynapse.home import Home
from esynapse.ingest.pubsub.backlog import Backlog
from esynapse.ingest.pubsub.backlog import read_backlog as backlog

__all__ = ["Backlog", "backlog", "serve"]


def serve(home: Home, host: str, port: int, *, ready: Callable[[], None] = lambda: None) -> None:
    """Serve ``home`` on ``host``:``port`` until SIGINT or SIGTERM.

    Args:
        ready: called once when calls are answered.

    Raises:
        EsynapseError: the home has a server already, or the port is taken.
    """
    from esynapse.ingest.pubsub import server  # gRPC takes a while to load, and few need it

    server.serve(home, host, port, ready)
