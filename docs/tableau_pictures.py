"""Make the pictures of docs/tableau.md: what the workbook's dashboards show, and where.

    python docs/tableau_pictures.py

Places are those of the zones in tableau/esynapse.twbx, on a desk and on a phone; what stands in
them is sketched from the answers that its sheets get from its data. The same workbook gives the
same files.
"""

import sys
from pathlib import Path

import click

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tableau_pictures import pictures  # noqa: E402 - the folder beside this file

WORKBOOK = ROOT / "tableau" / "esynapse.twbx"
PICTURES = ROOT / "docs" / "pictures"


def main() -> None:
    """Draw, and say so."""
    for name, data in pictures(WORKBOOK).items():
        (PICTURES / name).write_bytes(data)
        click.echo(f"{name}: {len(data) / 1000:.0f} kB")


if __name__ == "__main__":
    main()
