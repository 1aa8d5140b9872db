"""Killed between any two steps, the stream skips nothing, and repeats under the same ids."""

import shutil
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from esynapse.ingest.publisher import Receipt
from esynapse.pipeline.live import LiveRun
from esynapse.pipeline.shop_floor import ShopFloor
from esynapse.settings import Settings
from tests.pipeline.shops import after, floor_of, handed_over, small_shop

UNTIL = after(hours=8)
CHUNK, WINDOW = 20, 80
RATES = (1.0, 1.5, 3.0)

rates = st.sampled_from(RATES)
rests = st.sampled_from((0.0, 3600.0))
"""Seconds between two moves of the position: none, and more than a run lasts."""
moments = st.tuples(st.just("message"), st.integers(0, 400)) | st.tuples(
    st.just("file"), st.integers(0, 40)
)


class Killed(BaseException):
    """What kill -9 is to a process: nothing catches it."""


class Fuse:
    """Counts the steps of one kind that a run makes, and kills it at one of them."""

    def __init__(self, kind: str, steps: int) -> None:
        self.kind, self.left = kind, steps

    def burn(self, kind: str) -> None:
        if kind == self.kind:
            self.left -= 1
            if self.left < 0:
                raise Killed


class Service:
    """A Pub/Sub that is slower than its publisher, and accepts in an order of its own."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.accepted: list[bytes] = []


class DyingPublisher:
    """Publishes to a ``Service`` until the fuse is burnt; what is on its way then may arrive."""

    def __init__(self, service: Service, fuse: Fuse) -> None:
        self.service, self.fuse = service, fuse
        self.pending: list[tuple[Receipt, bytes]] = []
        self.most_on_the_way = 0

    @property
    def on_the_way(self) -> int:
        return len(self.pending)

    def publish_raw(self, messages: Iterable[bytes]) -> Receipt:
        receipt = Receipt()
        for message in messages:
            self.fuse.burn("message")
            receipt.on_the_way += 1
            self.pending.append((receipt, message))
        receipt.complete = True
        self.most_on_the_way = max(self.most_on_the_way, self.on_the_way)
        self.accept()
        return receipt

    def check(self, receipt: Receipt) -> None:
        assert receipt.error is None

    def wait(self, *_: object) -> None:
        self.accept()

    def accept(self) -> None:
        """Accept some in a row, wherever the row begins."""
        self._accept(self.service.random.randint(0, CHUNK + 5))

    def finish(self) -> None:
        """Accept all that is on its way."""
        self._accept(len(self.pending))

    def _accept(self, messages: int) -> None:
        first = self.service.random.randrange(len(self.pending) + 1)
        self.pending = self.pending[first:] + self.pending[:first]
        for receipt, message in self.pending[:messages]:
            receipt.on_the_way -= 1
            self.service.accepted.append(message)
        del self.pending[:messages]


@contextmanager
def every_change_of_a_file_burns(fuse: Fuse) -> Iterator[None]:
    """The disk's steps are steps too: the renaming of a finished file, and the deletion of one."""
    rename, delete = Path.replace, Path.unlink

    def burning_rename(path: Path, target: Path) -> Path:
        fuse.burn("file")
        renamed = rename(path, target)
        fuse.burn("file")
        return renamed

    def burning_delete(path: Path, missing_ok: bool = False) -> None:
        if path.suffix != ".tmp":
            fuse.burn("file")
        delete(path, missing_ok=missing_ok)

    with (
        patch.object(Path, "replace", burning_rename),
        patch.object(Path, "unlink", burning_delete),
    ):
        yield


def run_until_killed(
    shop: Settings, service: Service, fuse: Fuse, rate: float, rest: float
) -> bool:
    """One run of the stream over the home's real files; whether it came to its end."""
    publisher = DyingPublisher(service, fuse)
    try:
        with every_change_of_a_file_burns(fuse), floor_of(shop) as floor:
            options = {"chunk": CHUNK, "window": WINDOW, "rest": rest}
            run = LiveRun(floor, publisher, rate, **options)  # type: ignore[arg-type]
            while not run.publish_due(UNTIL):
                pass
            publisher.finish()
            run.move_position()
    except Killed:
        publisher.accept()  # those that had left the process
        return False
    finally:
        assert publisher.most_on_the_way <= WINDOW + 2 * CHUNK
    return True


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return small_shop(tmp_path_factory.mktemp("position") / "home", disorder="wild")


class Clean(dict[float, Counter[bytes]]):
    """What a run that nothing disturbs hands over, by rate."""

    def __repr__(self) -> str:
        return f"{[counted.total() for counted in self.values()]} messages"


@pytest.fixture(scope="module")
def clean(shop: Settings) -> Clean:
    return Clean({rate: Counter(handed_over(shop, UNTIL, rate)) for rate in RATES})


@pytest.mark.slow
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kills=st.lists(st.tuples(moments, rates), max_size=6),
    last_rate=rates,
    rest=rests,
    seed=st.integers(0, 10**6),
)
def test_every_arrival_is_handed_over_whatever_kills_the_runs(
    kills: list[tuple[tuple[str, int], float]],
    last_rate: float,
    rest: float,
    seed: int,
    shop: Settings,
    clean: Clean,
    tmp_path: Path,
) -> None:
    copy = shop.model_copy(update={"home": tmp_path / "copy"})
    shutil.rmtree(copy.home, ignore_errors=True)
    shutil.copytree(shop.home, copy.home)
    service = Service(Random(seed))
    used = {rate for _, rate in kills} | {last_rate}
    for moment, rate in kills:
        run_until_killed(copy, service, Fuse(*moment), rate, rest)
    assert run_until_killed(copy, service, Fuse("never", 0), last_rate, rest)
    accepted = Counter(service.accepted)
    skipped = list((clean[min(used)] - accepted).elements())
    assert not skipped[:3]
    foreign = set(accepted) - set(clean[max(used)])
    assert not list(foreign)[:3], "what is repeated has the same ids and bytes"
    assert kills or accepted.total() == clean[last_rate].total()


@pytest.mark.parametrize(("rest", "moves"), [(0.0, range(5, 1000)), (3600.0, range(2, 3))])
def test_the_position_rests_between_two_moves(
    rest: float, moves: range, shop: Settings, tmp_path: Path
) -> None:
    """In a bucket each is billed. The first move and the one at the end are always made."""
    copy = shop.model_copy(update={"home": tmp_path / "copy"})
    shutil.copytree(shop.home, copy.home)
    service = Service(Random(1))
    with patch.object(
        ShopFloor, "hand_over", autospec=True, side_effect=ShopFloor.hand_over
    ) as moved:
        assert run_until_killed(copy, service, Fuse("never", 0), 1.0, rest)
    assert moved.call_count in moves
    with floor_of(copy) as floor:
        assert floor.position.index == moved.call_args.args[1] > 0
