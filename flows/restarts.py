"""When a service that died is started again, and when it has died too often."""

from collections import deque
from dataclasses import dataclass, field

FIRST_REST = 1.0
"""Seconds between the first death and the new start; doubled with every further one."""
MOST, WITHIN = 5, 600.0
"""Starts again at most, within so many seconds."""


@dataclass
class Restarts:
    """The deaths of one service; instants are seconds of any clock that never falls."""

    first_rest: float = FIRST_REST
    deaths: deque[float] = field(default_factory=deque)

    def rest_after_death(self, now: float) -> float | None:
        """Seconds to wait before it is started again; None: it has died too often."""
        while self.deaths and now - self.deaths[0] > WITHIN:
            self.deaths.popleft()
        if len(self.deaths) >= MOST:
            return None
        self.deaths.append(now)
        rest: float = self.first_rest * 2 ** (len(self.deaths) - 1)
        return rest
