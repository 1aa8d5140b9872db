"""Make the pictures of docs/shop.md.

    python docs/shop_pictures.py

Simulates two runs into a temporary folder, which is deleted again, and draws every picture from
them into docs/pictures. The same code gives the same files.
"""

import tempfile
import time
from datetime import date
from pathlib import Path

import click
from shop_pictures import Shops, draw, simulated  # the folder beside this file

PICTURES = Path(__file__).parent / "pictures"


def main() -> None:
    """Simulate, draw, and say so."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="esynapse-pictures-") as scratch:
        click.echo("simulating 120 days of the profile typical")
        with simulated("typical", Path(scratch, "typical"), date(2026, 3, 2), 120) as typical:
            click.echo("simulating 61 days of the profile rees46")
            with simulated("rees46", Path(scratch, "rees46"), date(2019, 10, 1), 61) as rees46:
                for path, size in draw(Shops(typical, rees46), PICTURES):
                    click.echo(f"{path.name}: {size / 1000:.0f} kB")
    click.echo(f"in {time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    main()
