"""A signal asks for a stop, at whatever moment it comes."""

import os
import signal
import threading
from collections.abc import Iterator

import pytest

from esynapse.signals import stop_on_signals, wait_for_stop

NUMBERS = (signal.SIGTERM, signal.SIGINT)


@pytest.fixture(autouse=True)
def _handlers_as_before() -> Iterator[None]:
    before = [signal.getsignal(number) for number in NUMBERS]
    yield
    for number, handler in zip(NUMBERS, before, strict=True):
        signal.signal(number, handler)


@pytest.mark.parametrize("number", NUMBERS)
def test_a_signal_sets_the_event_and_is_no_error(number: signal.Signals) -> None:
    stop = stop_on_signals()
    assert not stop.is_set()
    os.kill(os.getpid(), number)
    assert stop.wait(10)


def test_a_signal_in_the_middle_of_a_wait_for_the_event_does_not_block() -> None:
    stop = stop_on_signals(threading.Event())
    with stop._cond:  # as inside of stop.wait()
        os.kill(os.getpid(), signal.SIGTERM)
        assert not stop.is_set()
    assert stop.wait(10)


def test_a_thread_that_hears_no_signals_leaves_them_alone() -> None:
    before = signal.getsignal(signal.SIGTERM)
    thread = threading.Thread(target=stop_on_signals)
    thread.start()
    thread.join()
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_wait_ends_with_the_stop_or_with_its_time_and_says_which() -> None:
    stop = threading.Event()
    assert not wait_for_stop(stop, 0.01)
    threading.Timer(0.05, stop.set).start()
    assert wait_for_stop(stop)
    assert wait_for_stop(stop, 0.0)
