"""Many viewers at a time, without their browsers: what Streamlit's page says to its server.

Twenty browsers on one machine would measure themselves. A viewer here is a WebSocket that opens a
page, changes its filters, lets its fragments run again when they are due, and reads every answer.
"""

import random
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from flows.bench.browser import PAGES, Server
from flows.bench.dashboard_filters import FILTERS

THINKING = (1.0, 3.0)
"""Seconds that a viewer looks at the page before the next change: between these, evenly."""
CHANGES = 3
"""Filter changes on a page before the viewer opens the next one."""
PATIENCE = 60.0
"""Seconds after which an answer that does not come is an error."""
WHOLE_RUNS = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_WITH_COMPILE_ERROR)
"""How the run of a whole script ends, if no other one follows at once."""


@dataclass
class Seen:
    """What the viewers saw, all together."""

    loads: list[float] = field(default_factory=list)
    """Seconds from opening a page to the end of its script."""
    changes: list[float] = field(default_factory=list)
    """Seconds from a filter change to the end of the script."""
    errors: list[str] = field(default_factory=list)


class Viewers:
    """So many viewers of a server and its ``pages``, until ``stop``."""

    def __init__(self, server: Server, count: int, pages: Sequence[str]) -> None:
        self.seen = Seen()
        self._pages = pages
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._view, args=(server, random.Random(number)), daemon=True)  # noqa: S311
            for number in range(count)
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> Seen:
        """Let every viewer end what it does, and tell what all saw."""
        self._stop.set()
        for thread in self._threads:
            thread.join()
        return self.seen

    def _view(self, server: Server, dice: random.Random) -> None:
        while not self._stop.is_set():
            page = dice.choice(self._pages)
            try:
                self._visit(server, page, dice)
            except (WebSocketException, OSError) as error:
                self.seen.errors.append(f"{page}: {error or type(error).__name__}")
                self._stop.wait(THINKING[0])

    def _visit(self, server: Server, page: str, dice: random.Random) -> None:
        session = Session(server, page, self.seen.errors)
        try:
            self.seen.loads.append(session.run())
            for _ in range(CHANGES):
                session.look(dice.uniform(*THINKING), self._stop)
                if self._stop.is_set():
                    return
                if session.change_a_filter(dice):
                    self.seen.changes.append(session.run())
        finally:
            session.close()


class Session:
    """One open page."""

    def __init__(self, server: Server, page: str, errors: list[str]) -> None:
        self.page, self.errors = page, errors
        self._filters: dict[str, tuple[str, str, list[str]]] = {}
        self._states: dict[str, WidgetState] = {}
        self._fragments: dict[str, tuple[float, float]] = {}
        self._script = ""
        self._socket: ClientConnection = connect(
            f"ws{server.address.removeprefix('http')}/_stcore/stream",
            subprotocols=[Subprotocol("streamlit")],
            max_size=None,
            open_timeout=PATIENCE,
        )

    def run(self) -> float:
        """Run the script and read all that it draws; seconds it took."""
        started = time.monotonic()
        self._ask()
        while not self._read(self._socket.recv(timeout=PATIENCE)):
            pass
        return time.monotonic() - started

    def look(self, seconds: float, stop: threading.Event) -> None:
        """Look at the page, whose fragments run again when they are due.

        Like a browser it does not wait for them: Streamlit drops such a run if it comes as another
        ends, and the next one is soon due.
        """
        end = time.monotonic() + seconds
        while not stop.is_set() and time.monotonic() < end:
            for fragment, (due, interval) in list(self._fragments.items()):
                if time.monotonic() >= due:
                    self._fragments[fragment] = (time.monotonic() + interval, interval)
                    self._ask(fragment)
            with suppress(TimeoutError):
                self._read(self._socket.recv(timeout=0.05))

    def change_a_filter(self, dice: random.Random) -> bool:
        """Choose something else in one of the filters; whether there is any."""
        if not self._filters:
            return False
        kind, widget, options = self._filters[dice.choice(sorted(self._filters))]
        state = WidgetState(id=widget)
        if kind == "selectbox":
            state.string_value = dice.choice(options)
        else:
            state.string_array_value.data.append(dice.choice(options))
        self._states[widget] = state
        return True

    def close(self) -> None:
        self._socket.close()

    def _ask(self, fragment: str = "") -> None:
        message = BackMsg()
        asked = message.rerun_script
        if self._script:
            asked.page_script_hash = self._script
        elif self.page != PAGES[0]:
            asked.page_name = self.page
        asked.widget_states.widgets.extend(self._states.values())
        asked.fragment_id, asked.is_auto_rerun = fragment, bool(fragment)
        self._socket.send(message.SerializeToString())

    def _read(self, data: str | bytes) -> bool:
        """Take in one answer; whether it is the last of a run of the whole script."""
        assert isinstance(data, bytes)
        message = ForwardMsg.FromString(data)
        match message.WhichOneof("type"):
            case "new_session":
                self._script = message.new_session.page_script_hash
            case "delta":
                self._draw(message.delta)
            case "auto_rerun":
                interval = message.auto_rerun.interval
                due = time.monotonic() + interval
                self._fragments.setdefault(message.auto_rerun.fragment_id, (due, interval))
            case "script_finished":
                if message.script_finished == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
                    self.errors.append(f"{self.page}: the script does not compile")
                return message.script_finished in WHOLE_RUNS
        return False

    def _draw(self, delta: Delta) -> None:
        element = delta.new_element
        kind = element.WhichOneof("type")
        if kind == "exception":
            self.errors.append(f"{self.page}: {element.exception.message}")
        elif kind == "alert" and element.alert.format == element.alert.ERROR:
            self.errors.append(f"{self.page}: {element.alert.body}")
        elif kind in ("selectbox", "multiselect", "button_group"):
            widget = getattr(element, kind)
            options = [getattr(option, "content", option) for option in widget.options]
            if widget.query_param_key in FILTERS and not widget.disabled and options:
                self._filters[widget.query_param_key] = (kind, widget.id, options)
