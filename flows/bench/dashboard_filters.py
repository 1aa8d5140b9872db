"""A viewer's hand on the filters: which act on a page, and one change of one of them.

Filters are found by their keys (the class ``st-key-…`` of Streamlit), and turned by what they are:
a row of choices, a list to choose from, a date to count up or down. So it does not matter where
they stand or what they are called.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

FILTERS = ("categories", "discount", "metric", "dates")
"""As they stand in the URL, too."""
CHOICES = '[role="radio"]:enabled'
LIST = 'input[role="combobox"]:enabled'
DAY = '[role="spinbutton"][data-type="day"]:not([aria-disabled="true"])'


def acting(page: "Page") -> list[str]:
    """The keys of the filters that act on this page."""
    return [key for key in FILTERS if _control(page, key).count()]


def change(page: "Page", key: str, number: int) -> None:
    """Change a filter; another ``number`` is another change."""
    # A list of choices stays open, and takes less room once it is left: what is below moves up,
    # out of the way of a click that makes it do so.
    page.keyboard.press("Escape")
    page.evaluate("document.activeElement.blur()")
    page.locator('[role="option"]').first.wait_for(state="hidden")
    control = _control(page, key).first
    if control.get_attribute("role") == "radio":
        others = _of(page, key).locator(f'{CHOICES}[aria-checked="false"]')
        others.nth(number % others.count()).click()
    elif control.get_attribute("role") == "combobox":
        control.click()
        others = page.locator('[role="option"]:not([aria-selected="true"])')
        others.nth(1 + number % (others.count() - 1)).click()  # the first may mean all of them
    else:
        control.press("ArrowUp" if number % 2 else "ArrowDown")
        page.keyboard.press("Escape")  # a date counts once its calendar is shut


def _control(page: "Page", key: str) -> "Locator":
    return _of(page, key).locator(f"{CHOICES}, {LIST}, {DAY}")


def _of(page: "Page", key: str) -> "Locator":
    return page.locator(f".st-key-{key}")
