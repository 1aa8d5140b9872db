"""Flow control of a stream: what its client holds, against the limits it has set."""

import threading
from collections.abc import Collection, Iterable
from typing import Any

UNLIMITED = 2**62


class Outstanding:
    """Messages in the hands of one stream's client, by ack id. Safe to use from several threads.

    Args:
        max_messages: 0: no limit.
        max_bytes: 0: no limit.
    """

    def __init__(self, max_messages: int, max_bytes: int) -> None:
        self._max_messages = max_messages or UNLIMITED
        self._max_bytes = max_bytes or UNLIMITED
        self._is_limited = bool(max_messages or max_bytes)
        self._sizes: dict[str, int] = {}
        self._bytes = 0
        self._guard = threading.Lock()

    @property
    def room(self) -> tuple[int, int]:
        """Messages and bytes that may still be handed out; 0 or less: none."""
        return self._max_messages - len(self._sizes), self._max_bytes - self._bytes

    def add(self, messages: Iterable[Any]) -> None:
        """ReceivedMessages were handed out."""
        if self._is_limited:
            with self._guard:
                for message in messages:
                    self._sizes[message.ack_id] = size = message.ByteSize()
                    self._bytes += size

    def remove(self, ack_ids: Iterable[str]) -> None:
        """Messages were settled or given back; those of other streams are no error."""
        with self._guard:
            for ack_id in ack_ids:
                self._bytes -= self._sizes.pop(ack_id, 0)

    def ack_ids(self) -> Collection[str]:
        with self._guard:
            return list(self._sizes)
