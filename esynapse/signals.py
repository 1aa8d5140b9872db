"""A clean stop: SIGTERM and Ctrl-C ask, and the work ends where it may."""

import _thread
import signal
import threading
import time
from math import inf
from types import FrameType

LISTEN_SECONDS = 0.5
"""The longest wait at a stretch. A signal that comes just before a wait, or to another thread, does
not end it, and is heard at the next turn."""


def stop_on_signals(stop: threading.Event | None = None) -> threading.Event:
    """An event (or ``stop``) that SIGTERM and SIGINT set, instead of what they did before.

    Only the main thread of a process hears signals; elsewhere this changes nothing.
    """
    asked = stop or threading.Event()

    def on_signal(signum: int, frame: FrameType | None) -> None:  # noqa: ARG001
        # not from here: the interrupted thread may hold the event's own lock, in a wait
        _thread.start_new_thread(asked.set, ())

    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, on_signal)
        signal.signal(signal.SIGINT, on_signal)
    return asked


def wait_for_stop(stop: threading.Event, seconds: float = inf) -> bool:
    """Wait for ``stop``, ``seconds`` at most, in short turns that hear signals; whether it came."""
    end = time.monotonic() + seconds
    while not stop.wait(min(LISTEN_SECONDS, max(end - time.monotonic(), 0.0))):
        if time.monotonic() >= end:
            return False
    return True
