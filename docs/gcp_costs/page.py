"""The table of docs/deploy-gcp.md."""

from collections.abc import Sequence

from gcp_costs import prices
from gcp_costs.figures import Figures
from gcp_costs.month import month

SIZES = {"75,000": 75e3, "1 million": 1e6, "10 million": 10e6}
"""Events a day."""
BEGIN = "<!-- the table: written by docs/gcp_costs.py -->"
END = "<!-- the end of the table -->"


def table(figures: Figures) -> str:
    """The bill at each size, then the prices it is made of."""
    bills = [month(figures, events) for events in SIZES.values()]
    lines = [
        _row(["a month: USD, what is used", *(f"{size} events a day" for size in SIZES)]),
        "|---|" + "---:|" * len(SIZES),
    ]
    for row in zip(*bills, strict=True):
        cells = [f"**{_usd(line.usd)}**<br>{line.amount}" for line in row]
        lines.append(_row([row[0].name, *cells]))
    totals = [f"**{_usd(sum(line.usd for line in bill))}**" for bill in bills]
    lines += [_row(["**together**", *totals]), "", *_prices(), ""]
    lines.append(
        f"Bytes as measured on {figures['measured']}; prices as stored copies of these pages, read "
        f"on {prices.CHECKED}, had them."
    )
    return "\n".join(lines)


def page_with(made: str, page: str) -> str:
    """``page`` with ``made`` as its table."""
    before, _, rest = page.partition(BEGIN)
    _, found, after = rest.partition(END)
    if not found:
        raise ValueError(f"the page has no place for the table: {BEGIN} … {END}")
    return f"{before}{BEGIN}\n{made}\n{END}{after}"


def _prices() -> list[str]:
    lines = ["| price, USD | per | free a month | |", "|---|---|---|---|"]
    for price in prices.ALL:
        page = f"[page]({price.page})" + ("" if price.is_confirmed else " ¹")
        lines.append(
            _row(
                [f"{price.what}: {_plain(price.usd)}", price.unit, price.free_text or "none", page]
            )
        )
    return lines


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _plain(number: float) -> str:
    """All its digits, never an exponent."""
    return f"{number:.9f}".rstrip("0").rstrip(".")


def _usd(amount: float) -> str:
    return f"{amount:,.2f}" if amount < 10 else f"{amount:,.0f}"
