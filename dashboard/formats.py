"""Numbers, changes and ages as people read them."""

import math
from datetime import datetime, timedelta

NOTHING = "–"
"""Shown where a value is not known."""

AMOUNT_COLUMN = "%,.2f"
"""Of amounts and prices in tables, as Streamlit's number columns take it: ``1,039.90``."""

_SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}
_MARKDOWN = frozenset("\\`*_{}[]()<>#+-.!|~$:")
_UNITS = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k"))


def is_missing(value: float | None) -> bool:
    """None, NaN and infinities say nothing."""
    return value is None or not math.isfinite(value)


def compact(value: float | None) -> str:
    """``1234567`` → ``1.23 M``; three significant digits from a thousand on."""
    if value is None or is_missing(value):
        return NOTHING
    for at, (size, unit) in enumerate(_UNITS):
        if abs(value) >= size * 0.9995:
            scaled = value / size
            if abs(scaled) >= 999.5 and at > 0:
                scaled, unit = value / _UNITS[at - 1][0], _UNITS[at - 1][1]
            return f"{_three_digits(scaled)} {unit}"
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}"


def counted(count: int, what: str) -> str:
    """``1 order``, ``2 orders``, ``1.2 k orders``."""
    return f"{compact(count)} {what}{'' if count == 1 else 's'}"


def money(value: float | None, currency: str) -> str:
    """``1234567`` in USD → ``$1.23 M``; a currency without a sign of its own by its code."""
    if value is None or is_missing(value):
        return NOTHING
    if abs(value) < 999.5:
        return price(value, currency)
    return f"{_signed(value, currency)}{compact(abs(value))}"


def price(value: float | None, currency: str) -> str:
    """``1039.9`` in USD → ``$1,039.90``: never shortened, as a price is read to the cent."""
    if value is None or is_missing(value):
        return NOTHING
    return f"{_signed(value, currency)}{abs(value):,.2f}"


def currency_sign(currency: str) -> str:
    """``USD`` → ``$``; a currency without a sign of its own by its code and a space."""
    return _SYMBOLS.get(currency, f"{currency} ")


def two_digits(value: float | None) -> str:
    """``4.3`` → ``4.30``: of ratings and small rates."""
    return NOTHING if value is None or is_missing(value) else f"{value:,.2f}"


def percent(value: float | None, digits: int = 1) -> str:
    """``0.0412`` → ``4.1 %``."""
    return NOTHING if value is None or is_missing(value) else f"{value * 100:,.{digits}f} %"


def relative_change(now: float | None, before: float | None) -> float | None:
    """``now ÷ before − 1``; None where that says nothing."""
    if now is None or before is None or is_missing(now) or is_missing(before) or before <= 0:
        return None
    return now / before - 1


def change(value: float | None, digits: int = 1) -> str:
    """A relative change: ``0.041`` → ``▲ 4.1 %``, ``-0.2`` → ``▼ 20.0 %``, ``11`` → ``▲ 12 ×``."""
    if value is None or is_missing(value):
        return NOTHING
    arrow = "▲" if value > 0 else "▼" if value < 0 else "="
    return f"{arrow} {percent(abs(value), digits) if value < 10 else f'{value + 1:,.0f} ×'}"


def points(now: float | None, before: float | None) -> str | None:
    """A change in percentage points: 0.052 after 0.05 → ``▲ 0.20 pp``; None for none."""
    if now is None or before is None or is_missing(now) or is_missing(before):
        return None
    text = f"{abs(now - before) * 100:.2f}"
    return f"{'▲' if now > before else '▼'} {text} pp" if float(text) else None


def as_text(text: str) -> str:
    """``text`` in Markdown, where it stands for itself, in one line: names come from data."""
    line = " ".join(text.split())
    return "".join(f"\\{each}" if each in _MARKDOWN else each for each in line)


def age(span: timedelta) -> str:
    """``3 s``, ``12 min``, ``5 h``, ``3 days``, ``28 years``: how long something is ago."""
    seconds = max(span.total_seconds(), 0.0)
    for size, unit in ((31_557_600, "years"), (86400, "days"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:,.0f} {unit}"
    return f"{seconds:.0f} s"


def span(seconds: float) -> str:
    """A length of time, short ones to the hundredth: ``0.42 s``, ``75 s``, ``12 min``."""
    return f"{seconds:.2f} s" if seconds < 9.995 else age(timedelta(seconds=seconds))


def size(count: float) -> str:
    """Bytes as ``12.3 MB``."""
    for scale, unit in ((1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if count >= scale:
            return f"{count / scale:.1f} {unit}"
    return f"{count:.0f} B"


def instant(value: datetime) -> str:
    """To the second, with the zone's name: ``2026-03-01 14:05:09 UTC``."""
    return value.strftime("%Y-%m-%d %H:%M:%S %Z")


def _signed(value: float, currency: str) -> str:
    minus = "-" if value < 0 else ""
    return minus + currency_sign(currency)


def _three_digits(value: float) -> str:
    digits = 2 if abs(value) < 9.995 else 1 if abs(value) < 99.95 else 0
    return f"{value:.{digits}f}"
