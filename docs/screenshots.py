"""Make the pictures of the dashboard in docs/screenshots.

    python docs/screenshots.py [--home DIR]

Every page over a home with published marts, in light and in dark, as long as it is. With --widths
and --out it is a look at other windows instead: PNGs, which belong to no document.
"""

import io
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import click
from PIL import Image

from dashboard.hint import COOKIE
from flows.bench.browser import PAGES, Server, chromium, served, settled

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SCREENSHOTS = Path(__file__).parent / "screenshots"
THEMES = ("light", "dark")
WIDTH = 1280
QUALITY = 85
LONGEST = 8000
"""Pixels; Chromium draws nothing reliable in a window much higher."""


def names() -> set[str]:
    """The files that the folder holds."""
    return {f"{page}-{theme}.webp" for page, theme in product(PAGES, THEMES)}


def shoot(browser: "Browser", server: Server, width: int) -> Iterator[tuple[str, Image.Image]]:
    """Every page in both themes: ``overview-light`` and its picture."""
    for theme in THEMES:
        page = browser.new_page(viewport={"width": width, "height": 1000}, color_scheme=theme)
        long_ago = {"name": COOKIE, "value": "1", "url": server.address}
        page.context.add_cookies([long_ago])  # no hint for first visitors
        for name in PAGES:
            page.goto(server.page(name))
            settled(page)
            # Streamlit scrolls inside its main block, so a full page is a window of that height.
            height = page.evaluate(
                """document.querySelector('[data-testid="stMain"]').scrollHeight"""
            )
            page.set_viewport_size({"width": width, "height": min(height, LONGEST)})
            settled(page)
            yield f"{name}-{theme}", Image.open(io.BytesIO(page.screenshot()))
            page.set_viewport_size({"width": width, "height": 1000})
        page.close()


@click.command()
@click.option("--home", default=".esynapse", type=click.Path(path_type=Path, exists=True))
@click.option("--widths", help="Widths in pixels instead, such as 390,1024,1600; needs --out.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="For the PNGs.")
def main(home: Path, widths: str | None, out: Path | None) -> None:
    """Take the pictures, and say so."""
    if (widths is None) != (out is None):
        raise click.UsageError("--widths and --out belong together")
    with served(home) as server, chromium() as browser:
        if widths and out:
            out.mkdir(parents=True, exist_ok=True)
            for width in map(int, widths.split(",")):
                for name, picture in shoot(browser, server, width):
                    _save(picture, out / f"{name}-{width}.png")
            return
        SCREENSHOTS.mkdir(exist_ok=True)
        for name, picture in shoot(browser, server, WIDTH):
            _save(picture, SCREENSHOTS / f"{name}.webp")
    for path in SCREENSHOTS.iterdir():
        if path.name not in names():
            path.unlink()


def _save(picture: Image.Image, path: Path) -> None:
    picture.convert("RGB").save(path, quality=QUALITY)
    click.echo(
        f"{path.name}: {picture.width} × {picture.height}, {path.stat().st_size / 1e3:.0f} kB"
    )


if __name__ == "__main__":
    main()
