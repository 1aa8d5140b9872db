"""Export: the shop's history as plain files, for people without any warehouse.

    OUT/live_events/event_date=YYYY-MM-DD/part-0000.parquet   or .csv: a file for each slice
    OUT/products.parquet                                      or .csv: as they stand at the end
    OUT/truth/<table>/YYYY-MM-DD.parquet                      columns: esynapse.shop.truth
    OUT/esynapse-export.json                                  which shop it is, and if all is there

The thread that simulates hands slices to others, which turn them into text and files. A slice is
one file, whoever writes it, so the bytes do not depend on the number of threads.
"""

import os
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Literal

import pyarrow as pa

from esynapse.files import write_csv, write_parquet
from esynapse.home import Home, open_home
from esynapse.pipeline.export_folder import export_folder
from esynapse.pipeline.hands import Hands
from esynapse.pipeline.shop_floor import shop_as_it_stands
from esynapse.progress import Progress, silent
from esynapse.settings import Settings
from esynapse.shop import (
    DaySlice,
    ShopState,
    load_profile,
    open_shop,
    products_table,
    simulate_slices,
)

Format = Literal["parquet", "csv"]

WRITE: dict[Format, Callable[..., int]] = {"parquet": write_parquet, "csv": write_csv}


@dataclass(frozen=True)
class ExportReport:
    """What an export wrote."""

    opening_day: date
    """First day of the history; the last one is yesterday."""
    days: int
    events: int
    seconds: float


def export(
    settings: Settings,
    out: Path,
    *,
    format: Format = "parquet",  # noqa: A002 - the name of the option
    now: datetime | None = None,
    workers: int | None = None,
    progress: Progress = silent,
) -> ExportReport:
    """Write the ``settings.days`` whole UTC days before ``now`` (default: the clock) to ``out``.

    They are the days that a backfill would load into a new home. No home is read or touched, and
    memory does not grow with the number of days.

    Args:
        workers: threads (default: one per core): one simulates, the others, at least one, write.

    Raises:
        EsynapseError: a setting that cannot be, or ``out`` is neither empty nor an older export.
        OSError: the disk is full or cannot be written; every file that is there is whole.
    """
    started = time.monotonic()
    state = fresh_shop(settings, now=now)
    opening, events = state.next_day, 0
    shop = settings.model_dump(include={"profile", "seed", "scale", "timezone", "days"})
    about = {**shop, "opening_day": opening.isoformat(), "format": format}
    with export_folder(out, about) as finish:
        with Hands((workers or os.cpu_count() or 1) - 1) as hands:
            for done in range(settings.days):
                day_events, state = _export_day(state, out, format, hands)
                events += day_events
                progress(done + 1, settings.days, f"{events:,} events, {state.next_day}")
        WRITE[format](out / f"products.{format}", products_table(state), durable=False)
        finish(events)
    return ExportReport(opening, settings.days, events, time.monotonic() - started)


def export_catalog(out: Path, state: ShopState) -> int:
    """Write the products as of the state's day to the CSV file ``out``; how many they are."""
    products = products_table(state)
    write_csv(out, products)
    return int(products.num_rows)


def shop_or_fresh_one(settings: Settings) -> ShopState:
    """The shop of the settings' home as it stands; where there is none, a fresh one."""
    if (Home(settings.home.expanduser()).shop / "shop.json").exists():
        return shop_as_it_stands(open_home(settings.home, create=False))
    return fresh_shop(settings)


def fresh_shop(settings: Settings, *, now: datetime | None = None) -> ShopState:
    """The shop that a new home would get at ``now`` (default: the clock), on its opening day."""
    today = (now or datetime.now(UTC)).astimezone(UTC).date()
    return open_shop(
        load_profile(settings.profile),
        seed=settings.seed,
        scale=settings.scale,
        opening_day=today - timedelta(days=settings.days),
        timezone=settings.timezone,
    )


def _export_day(state: ShopState, out: Path, suffix: Format, hands: Hands) -> tuple[int, ShopState]:
    """Have the state's next day written; its number of events, and the state after it."""
    day, events, following = state.next_day, 0, None
    folder = out / "live_events" / f"event_date={day}"
    folder.mkdir(parents=True, exist_ok=True)
    truth: dict[str, list[pa.Table]] = defaultdict(list)
    for number, part in enumerate(simulate_slices(state)):
        hands.do(partial(_write_slice, part, folder / f"part-{number:04d}.{suffix}", suffix))
        for name, rows in part.truth.items():
            truth[name].append(rows)
        events += len(part)
        following = part.state
    for name, tables in truth.items():
        rows = pa.concat_tables(tables)
        if rows.num_rows:
            hands.do(partial(_write_truth, rows, out / "truth" / name / f"{day}.parquet"))
    assert following is not None, "the last slice of a day brings the next state"
    return events, following


def _write_slice(part: DaySlice, path: Path, suffix: Format) -> None:
    WRITE[suffix](path, part.events(), durable=False)


def _write_truth(rows: pa.Table, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_parquet(path, rows, durable=False)
