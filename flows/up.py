"""`esynapse up`: everything on one machine, under one supervisor."""

import os
import shutil
import signal
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from rich.markup import escape

from esynapse.errors import EsynapseError
from esynapse.home import Home, open_home
from esynapse.pipeline.bootstrap import bootstrap
from esynapse.pipeline.origin import has_shop
from esynapse.pipeline.shop_floor import check_names
from esynapse.settings import Settings
from flows.cli.screen import console, steps
from flows.supervisor import Child, Supervisor, is_listening

ROOT = Path(__file__).parents[1]
RUNNING = (
    "another 'esynapse up' runs on this home: stop it ('esynapse down'), or use another --home"
)


def up(settings: Settings, *, once: bool, dashboard: bool) -> None:
    """Bring the home up to now and, unless ``once``, keep it there until Ctrl-C or SIGTERM.

    Raises:
        EsynapseError: a port is taken, a step failed, or a service died again and again; all is
            stopped by then.
    """
    check_names(settings)
    home = open_home(settings.home)
    with home.lock("up", busy=RUNNING), _stopped_by_signals():
        supervisor = Supervisor(home, environment(settings, home), ROOT, tell=_tell)
        supervisor.stop_leftovers()
        if once:
            _bootstrap(settings)
            return
        _require_free_ports(settings, dashboard)
        try:
            _start_everything(settings, supervisor, dashboard)
            _say_where(settings, home, dashboard)
            while True:
                supervisor.check()
                time.sleep(0.5)
        except KeyboardInterrupt:
            pass
        finally:
            console.print("stopping …")
            supervisor.stop()
            console.print("stopped; 'esynapse up' goes on from here")


def environment(settings: Settings, home: Home) -> dict[str, str]:
    """What the children need to know: our settings, where Prefect lives, no telemetry."""
    known = settings.model_dump(exclude_none=True)
    own = {f"ESYNAPSE_{name.upper()}": str(value) for name, value in known.items()}
    return own | {
        "ESYNAPSE_HOME": str(home.root),
        "PREFECT_HOME": str(home.prefect),
        "PREFECT_PROFILES_PATH": str(home.prefect / "profiles.toml"),
        "PREFECT_API_URL": settings.prefect_api_url,
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_CLI_PROMPT": "false",
        "PREFECT_WORKER_PREFETCH_SECONDS": "10",
        # how soon a run that waits for the one before it looks again
        "PREFECT_SERVER_DEPLOYMENTS_CONCURRENCY_SLOT_WAIT_SECONDS": "5",
        "DO_NOT_TRACK": "1",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "PYTHONUNBUFFERED": "1",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
    }


def dashboard_command(settings: Settings) -> list[str]:
    """How the Streamlit page is started."""
    return [
        *(sys.executable, "-m", "streamlit", "run", str(ROOT / "dashboard" / "server.py")),
        *("--server.address", settings.host, "--server.port", str(settings.dashboard_port)),
        *("--server.headless", "true", "--browser.gatherUsageStats", "false"),
    ]


def _tell(line: str) -> None:
    console.print(f"[yellow]![/] {escape(line)}", soft_wrap=True)


def _bootstrap(settings: Settings) -> None:
    with steps() as display:
        bootstrap(settings, begin=display.begin, done=display.done)


def _start_everything(settings: Settings, supervisor: Supervisor, dashboard: bool) -> None:
    """Servers boot and are deployed to while the bootstrap runs in this process."""
    prefect = _script("prefect")
    server = supervisor.start(
        "prefect-server",
        [
            *prefect,
            "server",
            "start",
            "--host",
            settings.host,
            "--port",
            str(settings.prefect_port),
        ],
    )
    if settings.target == "local":
        pubsub = supervisor.start(
            "pubsub",
            [
                *(sys.executable, "-m", "esynapse.ingest.pubsub", "--home", str(settings.home)),
                *("--host", settings.host, "--port", str(settings.pubsub_port)),
            ],
        )
    deployment = _InBackground(lambda: _deploy(settings, supervisor, server))
    _bootstrap(settings)
    if settings.target == "local":
        supervisor.wait_for(
            pubsub, lambda: is_listening(settings.host, settings.pubsub_port), timeout=30
        )
    if dashboard:
        page = supervisor.start("dashboard", dashboard_command(settings))
    deployment.join(supervisor)
    supervisor.start(
        "worker", [*prefect, "worker", "start", "--pool", "esynapse", "--name", "local"]
    )
    if has_shop(settings):
        supervisor.start("streamer", [sys.executable, "-m", "flows.streamer"])
    if dashboard:
        url = f"http://{settings.host}:{settings.dashboard_port}/_stcore/health"
        supervisor.wait_for(page, lambda: _answers(url), timeout=60)


def _deploy(settings: Settings, supervisor: Supervisor, server: Child) -> None:
    prefect = _script("prefect")
    supervisor.wait_for(server, lambda: _answers(f"{settings.prefect_api_url}/health"), timeout=120)
    pool = ["work-pool", "create", "esynapse", "--type", "process", "--overwrite"]
    supervisor.run("work-pool", [*prefect, *pool])
    supervisor.run("deploy", [*prefect, "--no-prompt", "deploy", "--all"])


class _InBackground:
    """A piece of work beside the main thread, whose error is raised where it is joined."""

    def __init__(self, work: Callable[[], None]) -> None:
        self.error: Exception | None = None
        self.work = work
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        try:
            self.work()
        except Exception as error:  # noqa: BLE001 - handed over to the thread that joins
            self.error = error

    def join(self, supervisor: Supervisor) -> None:
        while self.thread.is_alive():
            supervisor.check()
            self.thread.join(0.2)
        if self.error:
            raise self.error


def _require_free_ports(settings: Settings, dashboard: bool) -> None:
    for name, setting, port, wanted in (
        ("Prefect", "PREFECT_PORT", settings.prefect_port, True),
        ("Pub/Sub", "PUBSUB_PORT", settings.pubsub_port, settings.target == "local"),
        ("the dashboard", "DASHBOARD_PORT", settings.dashboard_port, dashboard),
    ):
        if wanted and is_listening(settings.host, port):
            raise EsynapseError(
                f"port {port}, wanted for {name}, is taken: stop what uses it, or set "
                f"ESYNAPSE_{setting} to a free one"
            )


def _script(name: str) -> list[str]:
    found = shutil.which(name, path=str(Path(sys.executable).parent)) or shutil.which(name)
    if not found:
        raise EsynapseError(f"{name} is not installed beside {sys.executable}: run 'make up' again")
    return [found]


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - our own http address
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


@contextmanager
def _stopped_by_signals() -> Iterator[None]:
    """SIGTERM and SIGINT end what is inside like Ctrl-C.

    SIGINT too, because a shell that starts us in the background has it ignored, which the children
    would inherit, and Prefect's need it to end.
    """

    def interrupt(signum: int, frame: FrameType | None) -> None:  # noqa: ARG001
        raise KeyboardInterrupt

    numbers = (signal.SIGTERM, signal.SIGINT)
    before = [signal.signal(number, interrupt) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


def _say_where(settings: Settings, home: Home, dashboard: bool) -> None:
    console.print()
    if dashboard:
        console.print(f"  Dashboard   http://{settings.host}:{settings.dashboard_port}")
    console.print(f"  Prefect     http://{settings.host}:{settings.prefect_port}")
    if settings.target == "local":
        console.print(f"  Pub/Sub     {settings.pubsub_address} (project {settings.project})")
        console.print(f"  Data        {home.root}")
    else:
        console.print(f"  BigQuery    {settings.project}.{settings.dataset} ({settings.location})")
        console.print(f"  The shop    {home.root}")
    console.print("\n  Ctrl-C stops everything.")
