"""The pictures of docs/shop.md, drawn by docs/shop_pictures.py from two runs of the shop."""

from collections.abc import Callable, Iterator
from pathlib import Path

import altair as alt

from shop_pictures.aftersale import returns, stars
from shop_pictures.customers import repeat_purchases
from shop_pictures.life import product_life
from shop_pictures.look import save
from shop_pictures.price import price_response
from shop_pictures.products import popularity
from shop_pictures.sessions import funnel, session_shape
from shop_pictures.shops import Shops, simulated
from shop_pictures.when import day_shape, week_shape

__all__ = ["PICTURES", "Shops", "draw", "simulated"]

PICTURES: tuple[Callable[[Shops], alt.TopLevelMixin], ...] = (
    day_shape,
    week_shape,
    session_shape,
    funnel,
    popularity,
    price_response,
    product_life,
    repeat_purchases,
    returns,
    stars,
)
"""Each draws the file of its name."""


def draw(shops: Shops, folder: Path) -> Iterator[tuple[Path, int]]:
    """Write every picture into ``folder``; the file and its size in bytes, one by one."""
    for picture in PICTURES:
        path = folder / f"{picture.__name__}.png"
        yield path, save(picture(shops), path)
