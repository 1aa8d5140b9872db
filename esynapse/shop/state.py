"""Everything the shop carries from one day to the next, and its file."""

import json
import zipfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from esynapse.errors import EsynapseError
from esynapse.files import replacing
from esynapse.shop.aftersale import Ratings
from esynapse.shop.arrivals import CartReturns
from esynapse.shop.catalog import Catalog, make_catalog, products_after
from esynapse.shop.columns import Columns
from esynapse.shop.inventory import Stock
from esynapse.shop.lines import Lines
from esynapse.shop.people import Regulars
from esynapse.shop.prices import PriceChanges, Prices, PriceTags, Promotions
from esynapse.shop.profile import Profile, load_profile
from esynapse.shop.rows import EventRows

FORMAT = 2

_TABLES: dict[str, type[Columns]] = {
    "regulars": Regulars,
    "returns": CartReturns,
    "lines": Lines,
    "pending": EventRows,
    "stock": Stock,
    "ratings": Ratings,
    "tags": PriceTags,
    "promotions": Promotions,
    "changes": PriceChanges,
}


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
    regulars: Regulars
    returns: CartReturns
    lines: Lines
    """Lines of sessions that go on."""
    pending: EventRows
    """Events that are fixed and still to come: the rest of sessions, refunds, reviews."""
    stock: Stock
    ratings: Ratings
    prices: Prices

    @property
    def catalog(self) -> Catalog:
        """The products of ``next_day``."""
        opening, shape = self.opening_day, self.profile.catalog
        size = products_after(shape, self.scale, (self.next_day - opening).days)
        return make_catalog(self.profile, self.seed, self.scale, opening.toordinal(), size)

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
        arrays: dict[str, NDArray[Any]] = {"identity": np.array(json.dumps(identity))}
        for name, table in self._tables().items():
            arrays |= {f"{name}.{key}": values for key, values in table.arrays().items()}
        with replacing(path) as temporary, temporary.open("wb") as file:
            np.savez(file, allow_pickle=False, **arrays)

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
            advice = "update ESynapse" if found > FORMAT else "begin again with another --home"
            raise EsynapseError(
                f"shop: {path} has format {found}, this version knows {FORMAT}: {advice}"
            )
        tables: dict[str, Any] = {
            name: kind(
                **{k.split(".")[1]: v for k, v in arrays.items() if k.startswith(f"{name}.")}
            )
            for name, kind in _TABLES.items()
        }
        return cls(
            profile=load_profile(identity["profile"]),
            seed=identity["seed"],
            scale=identity["scale"],
            opening_day=date.fromisoformat(identity["opening_day"]),
            timezone=identity["timezone"],
            next_day=date.fromisoformat(identity["next_day"]),
            next_user=identity["next_user"],
            prices=Prices(tables.pop("tags"), tables.pop("promotions"), tables.pop("changes")),
            **tables,
        )

    def _tables(self) -> dict[str, Columns]:
        prices = self.prices
        return {
            "regulars": self.regulars,
            "returns": self.returns,
            "lines": self.lines,
            "pending": self.pending,
            "stock": self.stock,
            "ratings": self.ratings,
            "tags": prices.tags,
            "promotions": prices.promotions,
            "changes": prices.changes,
        }
