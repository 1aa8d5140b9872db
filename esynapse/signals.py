"""A clean stop: SIGTERM and Ctrl-C ask, and the work ends where it may."""

import _thread
import signal
import threading
from types import FrameType


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
