"""Numbers as people read them."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard import formats


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (999, "999"),
        (999.96, "1.00 k"),
        (1234, "1.23 k"),
        (999_600, "1.00 M"),
        (12_345_678, "12.3 M"),
        (-4_500_000_000, "-4.50 B"),
        (0.5, "0.50"),
        (None, "–"),
        (float("nan"), "–"),
    ],
)
def test_numbers_are_shortened_to_three_digits(value: float | None, text: str) -> None:
    assert formats.compact(value) == text


@pytest.mark.parametrize(
    ("value", "currency", "text"),
    [
        (12.5, "USD", "$12.50"),
        (999.7, "USD", "$1.00 k"),
        (-1_200_000, "EUR", "-€1.20 M"),
        (3, "CHF", "CHF 3.00"),
    ],
)
def test_money_carries_its_currency(value: float, currency: str, text: str) -> None:
    assert formats.money(value, currency) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(1039.99, "$1,039.99"), (12.5, "$12.50"), (-1_200_000, "-$1,200,000.00"), (None, "–")],
)
def test_a_price_is_never_shortened(value: float | None, text: str) -> None:
    assert formats.price(value, "USD") == text


@given(st.floats(allow_nan=True, allow_infinity=True))
def test_every_number_has_a_short_form(value: float) -> None:
    assert len(formats.compact(value)) < 400
    if abs(value) < 1e14:
        assert len(formats.compact(value)) <= 9
        assert len(formats.money(value, "USD")) <= 10


def test_a_change_has_an_arrow() -> None:
    assert formats.change(0.041) == "▲ 4.1 %"
    assert formats.change(-0.2) == "▼ 20.0 %"
    assert formats.change(None) == "–"
    assert formats.change(11.3) == "▲ 12 ×"


def test_a_change_from_nothing_says_nothing() -> None:
    assert formats.relative_change(5, 0) is None
    assert formats.relative_change(6, 5) == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "0 s"),
        (3, "3 s"),
        (119, "119 s"),
        (180, "3 min"),
        (18_000, "5 h"),
        (864_000, "10 days"),
        (896_313_600, "28 years"),
    ],
)
def test_ages_are_in_the_unit_that_fits(seconds: float, text: str) -> None:
    assert formats.age(timedelta(seconds=seconds)) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0.00 s"), (0.423, "0.42 s"), (9.994, "9.99 s"), (9.996, "10 s"), (7200, "2 h")],
)
def test_a_short_span_is_told_to_the_hundredth(seconds: float, text: str) -> None:
    assert formats.span(seconds) == text


def test_a_rate_that_stands_still_has_no_delta() -> None:
    assert formats.points(0.052, 0.05) == "▲ 0.20 pp"
    assert formats.points(0.05, 0.052) == "▼ 0.20 pp"
    assert formats.points(0.05, 0.05) is None
    assert formats.points(0.05, None) is None
