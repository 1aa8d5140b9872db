"""What a trial of `esynapse bench stream` gives, and how it is shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa


@dataclass(frozen=True)
class Load:
    """How events are published."""

    rate: int | None
    """Events a second; None: as fast as they are taken."""
    seconds: float
    publishers: int = 1
    """Processes that share it."""

    def __str__(self) -> str:
        speed = f"{self.rate:,}/s" if self.rate else "full speed"
        return speed if self.publishers == 1 else f"{speed}, {self.publishers} publishers"


@dataclass(frozen=True)
class Sent:
    """What was published; instants are microseconds since 1970."""

    events: int
    began: int
    ended: int
    """The last event was acknowledged."""
    cpu_seconds: float

    @classmethod
    def together(cls, parts: Sequence[Self]) -> Self:
        """What several publishers sent."""
        return cls(
            sum(part.events for part in parts),
            min(part.began for part in parts),
            max(part.ended for part in parts),
            sum(part.cpu_seconds for part in parts),
        )

    @property
    def share_of_a_core(self) -> float:
        """How busy the publishers' processes were, in all."""
        return self.cpu_seconds / (self.ended - self.began) * 1e6


@dataclass(frozen=True)
class Received:
    """What arrived at the end of the line."""

    events: int
    """Each once, however often it came."""
    repeats: int
    ended: int
    """The last one arrived; microseconds since 1970."""
    p50: float | None
    """Age at arrival, event_timestamp to there, in seconds; None: nothing arrives."""
    p99: float | None
    cpu_seconds: float = 0.0
    """Of a subscriber; where the server itself delivers there is none."""

    @classmethod
    def of(
        cls,
        events: int,
        arrived: npt.NDArray[np.int64],
        happened: npt.NDArray[np.int64],
        cpu_seconds: float = 0.0,
    ) -> Self:
        """From the arrivals of ``events`` different events, in microseconds since 1970."""
        p50 = p99 = None
        if len(arrived):
            p50, p99 = np.percentile((arrived - happened) / 1e6, [50, 99]).tolist()
        last = int(arrived.max(initial=0))
        return cls(events, len(arrived) - events, last, p50, p99, cpu_seconds)


@dataclass(frozen=True)
class Trial:
    """One service under one load."""

    what: str
    load: Load
    sent: Sent
    received: Received
    server_cpu_seconds: float
    server_peak_mb: float

    @property
    def rate(self) -> float:
        """Events a second from the first publish to the last arrival."""
        if not self.received.events:
            return 0.0
        return self.received.events / (self.received.ended - self.sent.began) * 1e6


Rates = Mapping[Load, float]


def speed_table(trials: Sequence[Trial], google: Rates, limit: Rates) -> pa.Table:
    """Events a second and latency, and where a rate of Google's or the limit's under the same load
    is given, the ratio to it."""
    rows = [
        {
            "what": trial.what,
            "load": str(trial.load),
            "events": f"{trial.received.events:,}",
            "events/s": f"{trial.rate:,.0f}",
            "p50 s": _seconds(trial.received.p50),
            "p99 s": _seconds(trial.received.p99),
            "of Google's": _ratio(trial, google),
            "of the limit": _ratio(trial, limit),
        }
        for trial in trials
    ]
    return pa.Table.from_pylist(rows)


def cost_table(trials: Sequence[Trial]) -> pa.Table:
    """CPU seconds for 100,000 events, the server's memory, and how busy the publisher was."""
    rows = []
    for trial in trials:
        per_100k = 100_000 / max(trial.received.events, 1)
        subscriber = trial.received.cpu_seconds * per_100k
        rows.append(
            {
                "what": trial.what,
                "load": str(trial.load),
                "server CPU s": f"{trial.server_cpu_seconds * per_100k:.2f}",
                "subscriber CPU s": f"{subscriber:.2f}" if subscriber else None,
                "publisher CPU s": f"{trial.sent.cpu_seconds * per_100k:.2f}",
                "server peak MB": f"{trial.server_peak_mb:,.0f}",
                "publisher, of a core": f"{trial.sent.share_of_a_core:.0%}",
            }
        )
    return pa.Table.from_pylist(rows)


def _seconds(value: float | None) -> str | None:
    return None if value is None else f"{value:.3f}"


def _ratio(trial: Trial, rates: Rates) -> str | None:
    rate = rates.get(trial.load)
    return f"{trial.rate / rate:.2f}" if rate else None
