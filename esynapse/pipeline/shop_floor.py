"""Where the simulated shop of a home stands, so that history and the live stream are one story.

    shop/shop.json            which shop this is: profile, seed, scale, opening day
    shop/position.json        how far its events have been handed over
    shop/state-<day>.npz      the engine's state at the start of the position's day

The position moves only after the events before it are durable elsewhere, so a crash repeats some
events (the same ids; staging removes them) and never skips one.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa

from esynapse.errors import EsynapseError
from esynapse.home import Home, read_json, write_json
from esynapse.settings import Settings
from esynapse.shop import ShopState, load_profile, open_shop, simulate_day
from esynapse.warehouse.lake import Lake, write_parquet

BUSY = (
    "the shop is being simulated by another process (a streamer or a backfill): it catches up by "
    "itself; stop it first ('esynapse down') to run this one"
)


@dataclass(frozen=True)
class Identity:
    """What fixes every event of a shop."""

    profile: str
    seed: int
    scale: float
    timezone: str
    opening_day: str


@dataclass(frozen=True)
class Position:
    """All events before ``day``, and the first ``index`` events of it, have been handed over."""

    day: date
    index: int


class ShopFloor:
    """The shop of one home; hold it through ``shop_floor``."""

    def __init__(self, home: Home, identity: Identity) -> None:
        self.home = home
        self.identity = identity
        self.position = self._read_position()

    def state(self) -> ShopState:
        """The engine's state at the start of the position's day."""
        path = self._state_path(self.position.day)
        if path.exists():
            return ShopState.load(path)
        opening = date.fromisoformat(self.identity.opening_day)
        if self.position.day != opening:
            raise EsynapseError(
                f"{path} is missing: restore it, or start again with another --home"
            )
        return open_shop(
            load_profile(self.identity.profile),
            seed=self.identity.seed,
            scale=self.identity.scale,
            opening_day=opening,
            timezone=self.identity.timezone,
        )

    def simulate(self, state: ShopState, *, source: str) -> tuple[pa.Table, ShopState]:
        """The events of the state's day and the state of the next; the truth goes to its folder."""
        day = state.next_day
        simulated = simulate_day(state, day, source=source)
        for name, rows in simulated.truth.items():
            if rows.num_rows:
                folder = self.home.truth / name
                folder.mkdir(parents=True, exist_ok=True)
                write_parquet(folder / f"{day}.parquet", rows)
        return simulated.events, simulated.state

    def hand_over(self, index: int) -> None:
        """Move the position to ``index`` within its day."""
        self._write_position(Position(self.position.day, index))

    def close_day(self, state: ShopState) -> None:
        """Move the position to the start of the day of ``state``."""
        before = self._state_path(self.position.day)
        state.save(self._state_path(state.next_day))
        self._write_position(Position(state.next_day, 0))
        before.unlink(missing_ok=True)

    def _state_path(self, day: date) -> Path:
        return self.home.shop / f"state-{day}.npz"

    def _read_position(self) -> Position:
        path = self.home.shop / "position.json"
        if not path.exists():
            return Position(date.fromisoformat(self.identity.opening_day), 0)
        found = read_json(path)
        return Position(date.fromisoformat(found["day"]), int(found["index"]))

    def _write_position(self, position: Position) -> None:
        write_json(
            self.home.shop / "position.json",
            {"day": position.day.isoformat(), "index": position.index},
        )
        self.position = position


def has_shop(home: Home) -> bool:
    """Whether the home simulates a shop: not if it was begun by importing somebody's own events."""
    if (home.shop / "shop.json").exists():
        return True
    with closing(Lake(home).connect()) as connection:
        found = connection.execute(
            "select 1 from batches where table_name = 'live_events' limit 1"
        ).fetchone()
    return found is None


@contextmanager
def shop_floor(settings: Settings, home: Home, *, today: date) -> Iterator[ShopFloor]:
    """The home's shop, opened ``settings.days`` before ``today`` if it is new.

    Raises:
        EsynapseError: another process holds it, or the home holds a different shop, or none.
    """
    with home.lock("shop", busy=BUSY):
        if not has_shop(home):
            raise EsynapseError(
                f"{home.root} holds imported events and no simulated shop: use another --home"
            )
        path = home.shop / "shop.json"
        asked = Identity(
            settings.profile,
            settings.seed,
            settings.scale,
            settings.timezone,
            (today - timedelta(days=settings.days)).isoformat(),
        )
        if not path.exists():
            write_json(path, asdict(asked))
        yield ShopFloor(home, _same_shop(Identity(**read_json(path)), asked, home))


def shop_as_it_stands(home: Home) -> ShopState:
    """The state at the start of the day the shop is in, whoever simulates it meanwhile.

    Raises:
        EsynapseError: no shop was ever opened here.
    """
    path = home.shop / "shop.json"
    if not path.exists():
        raise EsynapseError(f"{home.root} has no simulated shop yet: run 'esynapse backfill' first")
    identity = Identity(**read_json(path))
    floor = ShopFloor(home, identity)
    try:
        return floor.state()
    except EsynapseError:
        later = ShopFloor(home, identity)  # the day was closed between two looks
        if later.position.day == floor.position.day:
            raise
        return later.state()


def _same_shop(found: Identity, asked: Identity, home: Home) -> Identity:
    for name in ("profile", "seed", "scale", "timezone"):
        has, wants = getattr(found, name), getattr(asked, name)
        if has != wants:
            raise EsynapseError(
                f"{home.root} holds a shop with {name} {has}, not {wants}: "
                "use another --home, or leave the setting as it was"
            )
    return found
