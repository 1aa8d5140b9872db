"""Where the simulated shop of a home stands, so that history and the live stream are one story.

    shop/shop.json            which shop this is: profile, seed, scale, opening day
    shop/position.json        how far its events have been handed over
    shop/streamer.json        how the last run of the streamer stands (:mod:`.streamer_state`)
    shop/state-<day>.npz      the engine's state at the start of the position's day
    shop/disorder-<day>.arrow what is late on that day, where the shop has disorder

The position moves only after the events before it are durable elsewhere, so a crash repeats some
events (the same ids; staging removes them) and never skips one.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from esynapse.errors import EsynapseError
from esynapse.files import replacing, write_parquet
from esynapse.home import Home, read_json, write_json
from esynapse.pipeline.batches import Batch, Stand, batches
from esynapse.pipeline.origin import has_shop
from esynapse.pipeline.rates import Company
from esynapse.settings import Settings
from esynapse.shop import DaySlice, ShopState, load_profile, open_shop, simulate_slices
from esynapse.shop.disorder import Injector, load_disorder

BUSY = (
    "the shop is being simulated by another process (a streamer or a backfill): it catches up by "
    "itself; stop it first ('esynapse down') to run this one"
)

_RATE = b"rate"
"""What the traffic of a file of the truth was multiplied by, in its metadata."""


@dataclass(frozen=True)
class Identity:
    """What fixes every event of a shop."""

    profile: str
    seed: int
    scale: float
    timezone: str
    opening_day: str
    disorder: str = "none"


@dataclass(frozen=True)
class Position:
    """All arrivals before ``day``, and the first ``index`` of it, have been handed over."""

    day: date
    index: int


def check_names(settings: Settings) -> None:
    """Refuse an unknown profile or level of disorder before anything is written.

    Raises:
        EsynapseError: which name is unknown, and which are known.
    """
    load_profile(settings.profile)
    load_disorder(settings.disorder)


class ShopFloor:
    """The shop of one home; hold it through ``shop_floor``."""

    def __init__(self, home: Home, identity: Identity) -> None:
        self.home = home
        self.identity = identity
        self.position = self._read_position()

    def stand(self) -> Stand:
        """Where the shop stands at the start of the position's day.

        Raises:
            EsynapseError: a file of it is missing, damaged or of another version.
        """
        identity, (state, under_way) = self.identity, self._files(self.position.day)
        disorder = None if identity.disorder == "none" else load_disorder(identity.disorder)
        opening = date.fromisoformat(identity.opening_day)
        if self.position.day != opening:
            for path in (state, under_way)[: 2 if disorder else 1]:
                if not path.exists():
                    raise EsynapseError(
                        f"{path} is missing: restore it, or start again with another --home"
                    )
            injector = None
            if disorder:
                injector = Injector.load(under_way.read_bytes(), disorder, identity.seed)
            return Stand(ShopState.load(state), injector)
        shop = open_shop(
            load_profile(identity.profile),
            seed=identity.seed,
            scale=identity.scale,
            opening_day=opening,
            timezone=identity.timezone,
        )
        return Stand(shop, Injector(disorder, identity.seed) if disorder else None)

    def simulate(self, stand: Stand, *, source: str, rate: float = 1.0) -> Iterator[Batch]:
        """What the day hands over; what was planted in it goes to the truth's folder.

        Args:
            rate: what the traffic that is published is multiplied by.
        """
        company = Company(rate, self.identity.seed)
        return batches(self._slices(stand.state, source), stand.injector, company)

    def keep_disorder(self, batch: Batch, begin: int, end: int, *, as_rows: bool) -> None:
        """Keep the truth about the arrivals [begin, end) of ``batch``.

        Of what is published (not ``as_rows``) it is kept once, up to the batch's end, whatever is
        published again. Where the rate has changed meanwhile, the rows from ``begin`` on take the
        place of those that were expected at the old one.
        """
        rows = batch.disorder(begin, end, as_rows=as_rows)
        if rows is None:
            return
        kind = "loaded" if as_rows else "published"
        path = self.home.truth / "disorder" / f"{self.position.day}-{batch.first}-{kind}.parquet"
        if not as_rows and path.exists():
            kept = pq.read_table(path)
            before = replace(batch.company, rate=float(kept.schema.metadata[_RATE]))
            if before == batch.company:
                return
            expected: pa.Table = replace(batch, company=before).disorder(begin, end, as_rows=False)
            rows = pa.concat_tables([kept.slice(0, kept.num_rows - expected.num_rows), rows])
        _keep(path, rows.replace_schema_metadata({_RATE: str(batch.company.rate)}))

    def hand_over(self, index: int) -> None:
        """Move the position to ``index`` within its day."""
        self._write_position(Position(self.position.day, index))

    def close_day(self, following: Stand) -> None:
        """Move the position to the start of the day at which the shop stands now."""
        day, over = following.state.next_day, self._files(self.position.day)
        state, under_way = self._files(day)
        following.state.save(state)
        if following.injector is not None:
            with replacing(under_way) as temporary:
                temporary.write_bytes(following.injector.save())
        self._write_position(Position(day, 0))
        for path in over:
            path.unlink(missing_ok=True)

    def _slices(self, state: ShopState, source: str) -> Iterator[DaySlice]:
        for part in simulate_slices(state, source=source):
            for name, rows in part.truth.items():
                _keep(self.home.truth / name / f"{state.next_day}.parquet", rows)
            yield part

    def _files(self, day: date) -> tuple[Path, Path]:
        """Of the state at the start of ``day``, and of what is under way then."""
        return self.home.shop / f"state-{day}.npz", self.home.shop / f"disorder-{day}.arrow"

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


def _keep(path: Path, rows: pa.Table) -> None:
    """Write rows of the truth, if there are any."""
    if rows.num_rows:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_parquet(path, rows)


@contextmanager
def shop_floor(settings: Settings, home: Home, *, today: date) -> Iterator[ShopFloor]:
    """The home's shop, opened ``settings.days`` before ``today`` if it is new.

    Raises:
        EsynapseError: another process holds it, or the home holds a different shop, or none.
    """
    with home.lock("shop", busy=BUSY):
        if not has_shop(settings):
            raise EsynapseError(_no_shop(settings, home))
        path = home.shop / "shop.json"
        asked = Identity(
            settings.profile,
            settings.seed,
            settings.scale,
            settings.timezone,
            (today - timedelta(days=settings.days)).isoformat(),
            settings.disorder,
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
        return floor.stand().state
    except EsynapseError:
        later = ShopFloor(home, identity)  # the day was closed between two looks
        if later.position.day == floor.position.day:
            raise
        return later.stand().state


def _no_shop(settings: Settings, home: Home) -> str:
    if settings.target == "bigquery":
        return (
            f"{settings.project}.{settings.dataset} holds events that {home.root} knows nothing "
            "of: use the home that loaded them, or another ESYNAPSE_DATASET"
        )
    return f"{home.root} holds imported events and no simulated shop: use another --home"


def _same_shop(found: Identity, asked: Identity, home: Home) -> Identity:
    for name in ("profile", "seed", "scale", "timezone", "disorder"):
        has, wants = getattr(found, name), getattr(asked, name)
        if has != wants:
            raise EsynapseError(
                f"{home.root} holds a shop with {name} {has}, not {wants}: "
                "use another --home, or leave the setting as it was"
            )
    return found
