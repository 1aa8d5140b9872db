"""Everything the shop carries from one day to the next, and its file."""

import json
import os
import zipfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from esynapse.errors import EsynapseError
from esynapse.shop.catalog import Catalog, make_catalog
from esynapse.shop.columns import Bools, Codes, Columns, Floats, Ints, SmallFloats, SmallInts
from esynapse.shop.prices import PriceChanges, Prices, Promotions
from esynapse.shop.profile import Profile, load_profile

FORMAT = 1


@dataclass(frozen=True)
class EventRows(Columns):
    """Events before they get their ids: session, user and product are numbers."""

    time: Ints
    kind: Codes
    """Index into events.EVENT_TYPES."""
    user: Ints
    session: Ints
    """Days since 1970 of its start x 2**32 + position in that day."""
    product: Ints
    on_sale: Bools
    price: Floats
    quantity: Ints
    """0: none."""
    rating: Ints
    """0: none."""


@dataclass(frozen=True)
class Customers(Columns):
    """People who have bought."""

    user: Ints
    rate: SmallFloats
    """Visits a day right after an order."""
    last_order: SmallInts
    """Date of the newest order, an ordinal."""


@dataclass(frozen=True)
class CartReturns(Columns):
    """People who will come back to a cart they left."""

    time: Ints
    user: Ints
    product: Ints


@dataclass(frozen=True)
class Stock(Columns):
    """One row per product."""

    level: Ints
    """Units that can be sold."""
    incoming: Ints
    """Units ordered from the supplier; 0: none."""
    arrival: Ints
    """Date (ordinal) at whose start they can be sold."""


@dataclass(frozen=True)
class Ratings(Columns):
    """One row per product: reviews so far."""

    count: Ints
    total: Ints


@dataclass(frozen=True)
class ShopState:
    """The shop at the start of UTC day ``next_day``; nothing in it is ever changed in place."""

    profile: Profile
    seed: int
    scale: float
    opening_day: date
    timezone: str
    next_day: date
    next_user: int
    visitors: Ints
    """Users who came by lately and may come again, the newest last."""
    customers: Customers
    returns: CartReturns
    pending: EventRows
    """Events that are fixed and still to come: the rest of sessions, refunds, reviews."""
    stock: Stock
    ratings: Ratings
    prices: Prices

    @property
    def catalog(self) -> Catalog:
        return make_catalog(self.profile, self.seed)

    def save(self, path: Path) -> None:
        """Write the state to ``path``; a reader finds the old file or the new one, never half."""
        identity = {
            "format": FORMAT,
            "profile": self.profile.name,
            "seed": self.seed,
            "scale": self.scale,
            "opening_day": self.opening_day.isoformat(),
            "timezone": self.timezone,
            "next_day": self.next_day.isoformat(),
            "next_user": self.next_user,
        }
        arrays: dict[str, NDArray[Any]] = {
            "identity": np.array(json.dumps(identity)),
            "visitors": self.visitors,
            "prices.regular": self.prices.regular,
            "prices.rests_until": self.prices.rests_until,
        }
        for name, table in self._tables().items():
            arrays |= {f"{name}.{key}": values for key, values in table.arrays().items()}
        temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
        try:
            with temporary.open("wb") as file:
                np.savez(file, allow_pickle=False, **arrays)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)

    @classmethod
    def load(cls, path: Path) -> Self:
        """The state that :meth:`save` wrote.

        Raises:
            EsynapseError: there is no such file, it is damaged, or of another format.
        """
        try:
            with np.load(path, allow_pickle=False) as file:
                arrays = {name: file[name] for name in file.files}
            identity = json.loads(str(arrays["identity"]))
            found = identity["format"]
        except FileNotFoundError:
            raise EsynapseError(f"shop: there is no state {path}: simulate from opening") from None
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise EsynapseError(f"shop: {path} is damaged ({error}): use an older state") from None
        if found != FORMAT:
            raise EsynapseError(
                f"shop: {path} has format {found}, this version knows {FORMAT}: update ESynapse"
            )

        def table(name: str) -> dict[str, NDArray[Any]]:
            return {k.split(".")[1]: v for k, v in arrays.items() if k.startswith(f"{name}.")}

        return cls(
            profile=load_profile(identity["profile"]),
            seed=identity["seed"],
            scale=identity["scale"],
            opening_day=date.fromisoformat(identity["opening_day"]),
            timezone=identity["timezone"],
            next_day=date.fromisoformat(identity["next_day"]),
            next_user=identity["next_user"],
            visitors=arrays["visitors"],
            customers=Customers(**table("customers")),
            returns=CartReturns(**table("returns")),
            pending=EventRows(**table("pending")),
            stock=Stock(**table("stock")),
            ratings=Ratings(**table("ratings")),
            prices=Prices(
                arrays["prices.regular"],
                arrays["prices.rests_until"],
                Promotions(**table("promotions")),
                PriceChanges(**table("changes")),
            ),
        )

    def _tables(self) -> dict[str, Columns]:
        return {
            "customers": self.customers,
            "returns": self.returns,
            "pending": self.pending,
            "stock": self.stock,
            "ratings": self.ratings,
            "promotions": self.prices.promotions,
            "changes": self.prices.changes,
        }
