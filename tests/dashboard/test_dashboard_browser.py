"""The app in a real browser: filters, links, the way back, the documentation; true numbers."""

from collections.abc import Iterator

import pandas as pd
import pytest
from playwright.sync_api import Browser, Page, expect

from dashboard import formats
from esynapse.home import open_home
from esynapse.warehouse.local import LocalWarehouse
from flows.bench.browser import PAGES, Server, settled
from flows.bench.dashboard_filters import FILTERS, acting, change
from tests.dashboard.conftest import IN_A_BROWSER

pytestmark = [*IN_A_BROWSER]

LINKS = '[data-testid="stSidebar"] a'
STEPS_BACK = 3
"""Streamlit leaves a page without its filters, enters the next one without and then with them."""


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 1440, "height": 1000})
    yield page
    page.close()


def show(page: Page, server: Server, name: str = "overview", query: str = "") -> None:
    page.goto(f"{server.page(name)}{query}")
    settled(page)


def test_a_filter_stands_in_the_url_and_goes_along_to_the_next_page(
    server: Server, page: Page
) -> None:
    show(page, server)
    page.get_by_role("radio", name="On sale").click()
    page.wait_for_url("**/?discount=On+sale")
    page.locator(LINKS, has_text="Products").click()
    page.wait_for_url("**/products?discount=On+sale")
    settled(page)
    assert chosen(page) == "On sale"


def test_every_filter_of_the_overview_acts_and_stands_in_the_url(
    server: Server, page: Page
) -> None:
    show(page, server)
    assert acting(page) == list(FILTERS)
    for key in FILTERS:
        before = figures(page)
        change(page, key, 0)
        settled(page)
        assert f"{key}=" in page.url
        # the measure of the charts is not that of the cards
        assert key == "metric" or figures(page) != before, key


def test_the_way_back_from_a_page_leads_to_the_one_before_as_it_was(
    server: Server, page: Page
) -> None:
    show(page, server)
    everything = figures(page)
    change(page, "discount", 0)
    settled(page)
    left = (page.url, chosen(page), figures(page))
    assert left[2] != everything
    page.locator(LINKS, has_text="Funnel").click()
    page.wait_for_url("**/funnel?discount=On+sale")
    settled(page)
    for _ in range(STEPS_BACK):
        if page.url != left[0]:
            page.go_back()
            settled(page)
    assert (page.url, chosen(page), figures(page)) == left
    expect(page).to_have_title("Overview · ESynapse")


def test_the_links_of_the_sidebar_lead_to_every_page(server: Server, page: Page) -> None:
    show(page, server)
    assert page.locator(LINKS).count() == len(PAGES)
    for name in (*PAGES[1:], PAGES[0]):
        page.locator(LINKS, has_text=name.capitalize()).click()
        expect(page).to_have_title(f"{name.capitalize()} · ESynapse")
        settled(page)
        assert page.locator('[data-testid="stException"]').count() == 0, name


def test_the_numbers_on_the_overview_are_those_of_the_marts(server: Server, page: Page) -> None:
    warehouse = LocalWarehouse(open_home(server.home))
    newest = warehouse.query(
        "select gross_revenue, net_revenue, orders from daily_revenue where is_complete "
        "order by revenue_date desc limit 30"
    ).to_pandas()
    total = newest.sum()
    show(page, server)
    assert {
        formats.money(float(total["gross_revenue"]), "USD"),
        formats.money(float(total["net_revenue"]), "USD"),
        formats.compact(float(total["orders"])),
    } <= set(figures(page))


def test_the_rows_of_a_card_are_taken_away_as_a_file(server: Server, page: Page) -> None:
    show(page, server)
    page.locator('.st-key-panel_share [data-testid="stPopoverButton"]').click()
    with page.expect_download() as taken:
        page.get_by_role("button", name="CSV", exact=True).click()
    assert taken.value.suggested_filename == "share.csv"
    rows = pd.read_csv(taken.value.path())
    assert len(rows) > 1
    assert "category" in rows


def test_the_documentation_of_the_marts_opens_and_fetches_nothing(
    server: Server, page: Page
) -> None:
    show(page, server, "pipeline")
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Documentation of the marts").click()
    site = opened.value
    site.get_by_role("heading", name="The shop's marts").wait_for()
    answered: list[str] = []
    site.on("response", lambda response: answered.append(response.url))
    site.goto(f"{server.address}/dbt-docs#!/model/model.esynapse.daily_revenue")
    site.reload()
    site.get_by_role("heading", name="daily_revenue").wait_for()
    site.get_by_text("Customers whose first order was that day.").first.wait_for()
    assert {url.partition("#")[0] for url in answered if not url.startswith("data:")} == {
        f"{server.address}/dbt-docs"
    }


def chosen(page: Page) -> str:
    """The discount period."""
    return page.locator('.st-key-discount [role="radio"][aria-checked="true"]').inner_text()


def figures(page: Page) -> list[str]:
    return page.locator(".card .value").all_inner_texts()
