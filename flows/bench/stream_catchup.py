"""How fast `esynapse stream` catches up: simulation, encoding and publishing, into the lake.

    python -m flows.bench.stream_catchup '{"home": "…", "pubsub_port": 8085, "seconds": 30}'

streams a home for so many seconds. Its shop stopped at the start of yesterday and is so large that
the streamer does not get to the present in that time.
"""

import json
import sys
import tempfile
import time
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from esynapse.home import open_home
from esynapse.pipeline.backfill import backfill
from esynapse.pipeline.stream import stream
from esynapse.settings import Settings, load_settings
from esynapse.warehouse.catalog import now_us
from flows.bench.measure import Watch, cpu_seconds
from flows.bench.stream_figures import Load, Sent, Trial
from flows.bench.stream_lake import LakeReceiver
from flows.bench.stream_process import Worker, answer
from flows.bench.stream_services import DRAIN_SECONDS, address, embedded_server

MOST = 50_000
"""Events a second that the streamer will not reach; the shop's size follows from it."""
DAY_AT_SCALE_1 = 50_000
"""Events, at the least."""
SHOP = {"home", "profile", "seed", "scale", "timezone", "disorder"}


def catch_up(settings: Settings, seconds: float) -> Trial:
    """Backfill a new home, and let the streamer catch up for ``seconds``."""
    with tempfile.TemporaryDirectory(prefix="esynapse-bench-") as folder:
        shop = {"scale": max(MOST * seconds / DAY_AT_SCALE_1, 1.0), "days": 1, "disorder": "none"}
        settings = settings.model_copy(update={**shop, "home": Path(folder) / "home"})
        today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        backfill(settings, now=today - timedelta(days=1))
        home = open_home(settings.home)
        with embedded_server(settings, home) as (reached, pid), LakeReceiver(home) as lake:
            watch, spent = Watch(pid), cpu_seconds(pid)
            options = {**reached.model_dump(mode="json", include=SHOP), **address(reached)}
            with Worker("flows.bench.stream_catchup", **options, seconds=seconds) as streamer:
                sent = Sent(**streamer.hear())
            received = lake.wait(sent, DRAIN_SECONDS)
            spent = cpu_seconds(pid) - spent
    received = replace(received, p50=None, p99=None)  # the ages of what is late from the start
    what = "ours, 'esynapse stream' catching up"
    return Trial(what, Load(None, seconds), sent, received, spent, watch.stop() / 1e6)


def main(arguments: str) -> None:
    """Stream, and report."""
    options = json.loads(arguments)
    duration = timedelta(seconds=options.pop("seconds"))
    began, cpu = now_us(), time.process_time()
    report = stream(load_settings(**options), duration=duration)
    answer(**asdict(Sent(report.events, began, now_us(), time.process_time() - cpu)))


if __name__ == "__main__":
    main(sys.argv[1])
