"""Whose events a home holds: those of a simulated shop, or somebody's own."""

from contextlib import closing

from esynapse.home import open_home
from esynapse.settings import Settings
from esynapse.warehouse import open_warehouse
from esynapse.warehouse.lake import Lake


def has_shop(settings: Settings) -> bool:
    """Whether the home simulates a shop, or may begin one: not beside events that are not its own.

    Those are imported or, on the bigquery target, of a shop whose home is elsewhere.
    """
    home = open_home(settings.home)
    if (home.shop / "shop.json").exists():
        return True
    if settings.target == "bigquery":
        return open_warehouse(settings).freshness().newest_event is None
    with closing(Lake(home).connect()) as connection:
        found = connection.execute(
            "select 1 from batches where table_name = 'live_events' limit 1"
        ).fetchone()
    return found is None
