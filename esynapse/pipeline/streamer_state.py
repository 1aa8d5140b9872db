"""What the streamer says of itself while it runs: ``shop/streamer.json`` of the home.

The file is for people who look: it replaces itself whole, and losing it loses nothing. What the
stream goes on from is the position of the shop (:mod:`.shop_floor`).
"""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil

from esynapse.files import replacing
from esynapse.home import Home

FRESH = timedelta(seconds=15)
"""A streamer writes its state about every 2 s; one older than this has ended without a word."""

_INSTANTS = ("started_at", "updated_at")


@dataclass(frozen=True)
class StreamerState:
    """How the last run of the streamer stands, or how it ended."""

    started_at: datetime
    updated_at: datetime
    pid: int
    events: int
    """Messages that Pub/Sub has accepted in this run."""
    rate: float
    """Messages accepted a second, over about the last 10 s."""
    lag_seconds: float
    """Age of the oldest event that is due and not yet accepted; 0 in real time."""
    catching_up: bool
    stream_rate: float
    """What the shop's traffic is multiplied by (the setting)."""
    stopped: bool = False
    """Whether the run has come to its end."""

    @property
    def running(self) -> bool:
        """Whether the run goes on: it is fresh, not stopped, and its process is there."""
        fresh = abs(datetime.now(UTC) - self.updated_at) <= FRESH
        return fresh and not self.stopped and psutil.pid_exists(self.pid)


def streamer_state(home: Home) -> StreamerState | None:
    """The state of the last run of the streamer; None if there never was one.

    The file is not made to survive a loss of power: torn by one, it counts as not there.
    """
    try:
        found = json.loads(_path(home).read_text())
        return StreamerState(
            **{**found, **{n: datetime.fromisoformat(found[n]) for n in _INSTANTS}}
        )
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def write_streamer_state(home: Home, state: StreamerState) -> None:
    """Replace the state of the home's streamer."""
    instants = {name: getattr(state, name).isoformat() for name in _INSTANTS}
    with replacing(_path(home), durable=False) as temporary:
        temporary.write_text(json.dumps(asdict(state) | instants))


def _path(home: Home) -> Path:
    return home.shop / "streamer.json"
