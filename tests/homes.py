"""Homes with real marts that take long to make, for the folders that share them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from esynapse.settings import Settings


@pytest.fixture(scope="session")
def shop_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five weeks of a small simulated shop, built, forecast and published."""
    from esynapse.pipeline.bootstrap import bootstrap  # imports take a second, which most spare

    home = tmp_path_factory.mktemp("shop") / "home"
    bootstrap(
        Settings(home=home, days=35, scale=0.03),
        begin=lambda _: lambda *_args, **_kwargs: None,
        done=lambda _: None,
    )
    return home


@pytest.fixture(scope="session")
def purchases_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty days of 1997 with nothing but purchases of one unknown product."""
    import pyarrow as pa

    from esynapse.events import EVENT_SCHEMA
    from esynapse.home import open_home
    from esynapse.pipeline.transform import transform
    from esynapse.warehouse.local import LocalWarehouse

    home = tmp_path_factory.mktemp("purchases") / "home"
    rows = pa.Table.from_pylist(purchases(days=40), schema=EVENT_SCHEMA)
    LocalWarehouse(open_home(home)).load_events(rows, batch_key="purchases")
    transform(Settings(home=home))
    return home


def purchases(*, days: int) -> list[dict[str, object]]:
    """Ten a day, of people who come back."""
    first = datetime(1997, 3, 1, 12, tzinfo=UTC)
    return [
        {
            "event_id": f"e{day}-{buyer}",
            "event_timestamp": first + timedelta(days=day, minutes=buyer),
            "event_type": "purchase",
            "user_id": f"u{(day * 3 + buyer) % 25}",
            "session_id": f"s{day}-{buyer}",
            "product_id": "cd",
            "on_sale": False,
            "sale_price": 12.5,
            "quantity": 1 + buyer % 3,
            "source": "import",
        }
        for day in range(days)
        for buyer in range(10)
    ]
