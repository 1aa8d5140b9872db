"""Transform: one dbt build over what has changed, published if it is green."""

import time
from collections import Counter
from dataclasses import dataclass, field

from esynapse.errors import EsynapseError
from esynapse.home import Home, open_home
from esynapse.pipeline.changes import Changes, changes_since_green
from esynapse.pipeline.dbt_project import Invoke, dbt_environment, dbt_options, dbt_runner
from esynapse.pipeline.dbt_results import causes, described, read_results, slowest
from esynapse.settings import Settings
from esynapse.warehouse import Warehouse, open_warehouse
from esynapse.warehouse.builds import NodeResult
from esynapse.warehouse.ledger import Record

BUSY = "another transform is still running: try again"


@dataclass(frozen=True)
class TransformReport:
    """What a green build did."""

    changed_dates: int
    """UTC event dates rebuilt."""
    models: int
    tests_passed: int
    warnings: tuple[str, ...]
    seconds: float
    slowest: tuple[tuple[str, float], ...] = field(default=())
    """Names and seconds of the five slowest nodes."""


def transform(
    settings: Settings,
    *,
    forecasts_only: bool = False,
    full_refresh: bool = False,
    invoke: Invoke | None = None,
) -> TransformReport:
    """Build the marts from what came in since the last green build, then publish them.

    Args:
        forecasts_only: build just the models that show forecasts, after a retrain.
        full_refresh: build every model from all of history.
        invoke: runs dbt with a list of arguments, in this process; default dbt's own runner.

    Raises:
        EsynapseError: a model or a test failed. Readers keep the marts of the last green build.
    """
    started = time.monotonic()
    home = open_home(settings.home)
    warehouse = open_warehouse(settings)
    ledger = warehouse.ledger()
    with home.lock("warehouse", wait=900, busy=BUSY):
        if not forecasts_only:
            ledger.tidy()
        build = ledger.begin(forecasts_only=forecasts_only)
        changes = (
            Changes(())
            if forecasts_only
            else changes_since_green(warehouse, ledger, settings.timezone)
        )
        arguments = ["build", "--exclude-resource-type", "unit_test", *dbt_options(settings, home)]
        arguments += _selection(changes, forecasts_only, full_refresh)
        try:
            with dbt_environment(settings, home, changes.dates):
                results = _run_dbt(arguments, home, invoke or dbt_runner())
        except BaseException:
            build.finish("red")
            raise
        red = any(result.status in ("failed", "skipped") for result in results)
        build.finish("red" if red else "green", results)
        if red:
            raise EsynapseError(
                f"dbt build is red: {causes(results)} (see {home.logs / 'dbt.log'}); "
                "readers keep the last green marts"
            )
        if ledger.last_full_build_is_green():
            _publish(warehouse, build)
    passed = Counter(result.kind == "test" for result in results if result.status == "passed")
    return TransformReport(
        len(changes.dates),
        passed[False],
        passed[True],
        tuple(described(result) for result in results if result.status == "warned"),
        time.monotonic() - started,
        tuple(slowest(results)),
    )


def republish(settings: Settings) -> None:
    """Publish the marts again as they stand.

    Raises:
        EsynapseError: they do not come from a green build.
    """
    home = open_home(settings.home, create=False)
    warehouse = open_warehouse(settings)
    with home.lock("warehouse", wait=900, busy=BUSY):
        if not warehouse.ledger().last_full_build_is_green():
            raise EsynapseError("the last build is not green: run 'esynapse transform'")
        warehouse.publish()


def _publish(warehouse: Warehouse, build: Record) -> None:
    warehouse.publish()
    (row,) = warehouse.query("select published_at, as_of from publication").to_pylist()
    build.published(row["published_at"], row["as_of"])


def _selection(changes: Changes, forecasts_only: bool, full_refresh: bool) -> list[str]:
    """Which models dbt builds, and whether from all of history."""
    if forecasts_only:
        return ["--select", "tag:forecast"]
    if full_refresh or changes.everything:
        return ["--full-refresh"]
    return [] if changes.whole_days else ["--exclude", "tag:whole_days"]


def _run_dbt(arguments: list[str], home: Home, invoke: Invoke) -> list[NodeResult]:
    """Run dbt and return what became of every node."""
    results_path = home.root / "dbt" / "run_results.json"
    results_path.unlink(missing_ok=True)
    outcome = invoke(arguments)
    if not results_path.exists():
        error = getattr(outcome, "exception", None)
        if isinstance(error, OSError):
            raise error
        reason = str(error or "no results").splitlines()[0]
        raise EsynapseError(f"dbt could not run: {reason} (see {home.logs / 'dbt.log'})")
    return read_results(results_path)
