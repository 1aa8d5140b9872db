"""What is missing is said; nothing breaks, and no chart is empty."""

from pathlib import Path

import pytest

from esynapse.home import open_home
from tests.dashboard.conftest import PAGES, Open, charts, metric, sound


@pytest.mark.parametrize("page", PAGES)
def test_without_marts_every_page_says_what_to_do(
    page: str, tmp_path: Path, open_app: Open
) -> None:
    open_home(tmp_path / "home")
    app = sound(open_app(tmp_path / "home", page))
    assert "esynapse up" in app.info[0].value
    assert charts(app) == 0


def test_a_folder_that_is_no_home_is_one_clear_line(tmp_path: Path, open_app: Open) -> None:
    (tmp_path / "something.txt").write_text("not ours")
    app = open_app(tmp_path)
    assert not app.exception
    assert "is no ESynapse home: run 'esynapse up'" in app.error[0].value
    assert [path.name for path in tmp_path.iterdir()] == ["something.txt"]


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
def test_purchases_alone_break_no_page(page: str, purchases_home: Path, open_app: Open) -> None:
    sound(open_app(purchases_home, page))


@pytest.mark.slow
def test_the_funnel_says_that_there_are_no_views(purchases_home: Path, open_app: Open) -> None:
    app = sound(open_app(purchases_home, "funnel"))
    assert "no view_item events" in app.info[0].value
    assert charts(app) == 0


@pytest.mark.slow
def test_customers_need_purchases_alone(purchases_home: Path, open_app: Open) -> None:
    app = sound(open_app(purchases_home, "customers"))
    assert any("100 % of 25 customers came back" in each.value for each in app.markdown)
    assert metric(app, "Repeat rate") == "100.0 %"
    assert metric(app, "Customer value") == "–"
    assert charts(app) == 4


@pytest.mark.slow
def test_the_discounts_page_says_that_nothing_was_on_sale(
    purchases_home: Path, open_app: Open
) -> None:
    app = sound(open_app(purchases_home, "discounts"))
    assert any("No product was on sale" in each.value for each in app.info)
    assert charts(app) == 0


@pytest.mark.slow
def test_data_of_1997_are_shown_by_their_own_clock(purchases_home: Path, open_app: Open) -> None:
    app = sound(open_app(purchases_home))
    assert "1997-04-09" in app.caption[0].value
    assert charts(app) >= 2
    assert metric(app, "Conversion") == "–"


@pytest.mark.slow
def test_the_live_page_says_that_imported_data_have_no_stream(
    purchases_home: Path, open_app: Open
) -> None:
    app = sound(open_app(purchases_home, "live"))
    assert "no live stream of imported data" in app.info[0].value
    assert not app.warning


@pytest.mark.slow
def test_the_first_build_is_not_on_record_yet(purchases_home: Path, open_app: Open) -> None:
    app = sound(open_app(purchases_home, "pipeline"))
    assert any("first build is recorded with the next" in each.value for each in app.info)
