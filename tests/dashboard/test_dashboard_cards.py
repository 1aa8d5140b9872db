"""Key figures are read as they are given, whatever stands in them."""

from urllib.parse import unquote
from xml.etree import ElementTree

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from dashboard.cards import Card, as_html
from tests.dashboard.conftest import card, cards, sound


def drawn(shown: Card) -> ElementTree.Element:
    return ElementTree.fromstring(as_html(shown))


def look(shown: Card) -> str:
    found = next(part.get("class", "") for part in drawn(shown) if "delta" in part.get("class", ""))
    return found.removeprefix("delta ")


def test_cards_stand_in_their_order_with_all_that_is_known_of_them() -> None:
    def page() -> None:
        from dashboard.cards import Card, show_cards

        show_cards(
            [
                Card("Orders", "1.2 k", "▲ 3.0 %", compared="on May", note="all", about="Counted."),
                Card("Views", "–"),
            ]
        )

    app = sound(AppTest.from_function(page).run())
    assert [each.label for each in cards(app)] == ["Orders", "Views"]
    assert card(app, "Orders") == ("Orders", "1.2 k", "all", "▲ 3.0 % on May", "Counted.")


@pytest.mark.parametrize(
    ("good_up", "rise", "fall"),
    [(True, "good", "bad"), (False, "bad", "good"), (None, "even", "even")],
)
def test_the_colour_of_a_change_says_whether_it_is_good(
    good_up: bool | None, rise: str, fall: str
) -> None:
    assert look(Card("a", "1", "▲ 3.0 %", good_up=good_up)) == rise
    assert look(Card("a", "1", "▼ 3.0 %", good_up=good_up)) == fall
    assert look(Card("a", "1", "= 0.0 %", good_up=good_up)) == "even"


@pytest.mark.parametrize("delta", [None, "–", ""])
def test_a_change_that_is_not_known_is_not_shown(delta: str | None) -> None:
    assert "delta" not in as_html(Card("a", "1", delta))


@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs"])).filter(lambda t: "`" not in t))
def test_no_text_becomes_markup(text: str) -> None:
    shown = Card(text, text, f"▲ {text}", compared=text, note=text, about=text)
    read = drawn(shown)
    assert read.find("dd[@class='value']").text in (text, text or None)  # type: ignore[union-attr]
    assert {part.tag for part in read.iter()} <= {"div", "dt", "dd", "span"}


def test_code_in_a_definition_is_set_as_code() -> None:
    assert drawn(Card("a", "1", about="Of `orders`.")).find("dt/span/span/code") is not None


@pytest.mark.parametrize(
    ("days", "points"),
    [
        ([1.0, 3.0, 2.0], "0.0,23.0 50.0,1.0 100.0,12.0"),
        ([5.0, None, 5.0], "0.0,1.0 100.0,1.0"),
    ],
)
def test_a_course_reaches_from_its_least_to_its_most(days: list[float | None], points: str) -> None:
    picture = drawn(Card("a", "1", days=pd.Series(days))).find("dd[@class='course']/img")
    assert picture is not None
    assert f'points="{points}"' in unquote(picture.get("src", ""))


@pytest.mark.parametrize("days", [None, [], [4.0], [None, None]])
def test_less_than_two_days_have_no_course(days: list[float | None] | None) -> None:
    course = None if days is None else pd.Series(days, dtype=float)
    assert "course" not in as_html(Card("a", "1", days=course))
