"""One at a time, wherever a run runs.

On one machine the locks of the home see to it. Runs on Cloud Run share no disk that knows locks, so
there Prefect hands out a slot: a global concurrency limit of one, whose lease lapses when its
holder dies.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from prefect.client.orchestration import get_client
from prefect.concurrency.sync import concurrency

from esynapse.errors import EsynapseError
from esynapse.settings import Settings

SHOP, WAREHOUSE = "shop", "warehouse"
WAIT_SECONDS = 1800.0
LEASE_SECONDS = 120.0


@contextmanager
def holding(settings: Settings, what: str) -> Iterator[None]:
    """Hold the pipeline's one slot for ``what``, SHOP or WAREHOUSE, on the bigquery target.

    Raises:
        EsynapseError: another run held it all the while.
    """
    with ExitStack() as held:
        if settings.target == "bigquery":
            name = f"{settings.project}.{settings.dataset}.{what}"
            with get_client(sync_client=True) as client:
                client.upsert_global_concurrency_limit_by_name(name, limit=1)
            try:
                held.enter_context(
                    concurrency(
                        name,
                        timeout_seconds=WAIT_SECONDS,
                        lease_duration=LEASE_SECONDS,
                        strict=True,
                    )
                )
            except TimeoutError:
                raise EsynapseError(
                    f"another run held {name} for {WAIT_SECONDS / 60:.0f} minutes: look for it in "
                    "Prefect, under Runs and under Concurrency"
                ) from None
        yield
