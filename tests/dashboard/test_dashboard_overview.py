"""Overview: every figure is that of the marts, beside the period before and the same weekdays."""

from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from dashboard import formats
from esynapse.home import open_home
from esynapse.warehouse.local import LocalWarehouse
from tests.dashboard.conftest import Open, card, cards, charts, metric, sound

pytestmark = pytest.mark.slow


def asked(home: Path, sql: str, **parameters: object) -> list[dict[str, object]]:
    rows: pa.Table = LocalWarehouse(open_home(home)).query(sql, parameters)
    return rows.to_pylist()


@pytest.fixture
def week(shop_home: Path) -> tuple[date, date]:
    """The newest seven complete days."""
    end = asked(shop_home, "select last_complete_date as day from pipeline_clock")[0]["day"]
    assert isinstance(end, date)
    return end - timedelta(days=6), end


def revenue(home: Path, start: date, end: date) -> float:
    rows = asked(
        home,
        "select cast(sum(net_revenue) as double) as net from daily_revenue"
        " where revenue_date between $start and $end",
        start=start,
        end=end,
    )
    return float(rows[0]["net"])  # type: ignore[arg-type]


def test_revenue_is_compared_with_the_days_before(
    shop_home: Path, open_app: Open, week: tuple[date, date]
) -> None:
    app = sound(open_app(shop_home, dates=[str(day) for day in week]))
    now = revenue(shop_home, *week)
    before = revenue(shop_home, *(day - timedelta(days=7) for day in week))
    shown = card(app, "Net revenue")
    assert shown.value == formats.money(now, "USD")
    assert shown.delta == formats.change(now / before - 1)
    assert f"Net revenue was {formats.money(now, 'USD')}" in app.markdown[1].value
    assert formats.change(now / before - 1) in app.markdown[1].value


def test_the_same_weekdays_are_said_where_they_are_other_days(
    shop_home: Path, open_app: Open, week: tuple[date, date]
) -> None:
    start, end = week[1] - timedelta(days=9), week[1]
    app = sound(open_app(shop_home, dates=[str(start), str(end)]))
    now = revenue(shop_home, start, end)
    weekdays = revenue(shop_home, *(day - timedelta(days=14) for day in (start, end)))
    note = card(app, "Net revenue").note
    assert note == f"{formats.change(now / weekdays - 1)} on same weekdays"
    whole_week = sound(open_app(shop_home, dates=[str(day) for day in week]))
    assert not [each for each in cards(whole_week) if "same weekdays" in each.note]


def test_what_changed_most_is_said_in_words(
    shop_home: Path, open_app: Open, week: tuple[date, date]
) -> None:
    changed = asked(
        shop_home,
        "select category, cast(sum(case when revenue_date >= $start then net_revenue"
        " else -net_revenue end) as double) as change from daily_category_revenue"
        " where revenue_date between $before and $end group by category order by change desc",
        start=week[0],
        before=week[0] - timedelta(days=7),
        end=week[1],
    )
    app = sound(open_app(shop_home, dates=[str(day) for day in week]))
    words = next(each.value for each in app.markdown if "most, " in each.value)
    for place, verb in ((0, "rose"), (-1, "fell")):
        name, change = changed[place]["category"], float(changed[place]["change"])  # type: ignore[arg-type]
        if (change > 0) is (verb == "rose"):
            amount = formats.as_text(formats.money(abs(change), "USD"))
            assert f"**{name}** {verb} most, " in words
            assert amount in words


def test_a_period_without_one_before_it_is_not_compared(shop_home: Path, open_app: Open) -> None:
    days = asked(shop_home, "select first_date, last_complete_date from pipeline_clock")[0]
    app = sound(open_app(shop_home, dates=[str(day) for day in days.values()]))
    assert not any(each.delta for each in cards(app)[:6])
    assert any("do not reach back" in each.value for each in app.info)


def test_the_forecast_goes_on_where_the_days_end(shop_home: Path, open_app: Open) -> None:
    app = sound(open_app(shop_home))
    assert any("Dashed: the forecast" in each.value for each in app.caption)
    on_sale = sound(open_app(shop_home, discount="On sale"))
    assert any("No forecast is made" in each.value for each in on_sale.caption)


@pytest.mark.parametrize("grain", ["Total", "By category", "Hourly"])
@pytest.mark.parametrize("named", ["Net revenue", "Orders", "Views"])
def test_every_metric_is_drawn_at_every_grain(
    grain: str, named: str, shop_home: Path, open_app: Open
) -> None:
    app = sound(open_app(shop_home, grain=grain, metric=named))
    assert f"{named} over time" in [each.value for each in app.header]
    assert charts(app) >= (3 if (grain, named) != ("Hourly", "Views") else 2)


def test_the_filters_are_cleared_by_a_button(shop_home: Path, open_app: Open) -> None:
    plain = metric(sound(open_app(shop_home)), "Gross revenue")
    app = sound(open_app(shop_home, discount="On sale", metric="Units"))
    assert metric(app, "Gross revenue") != plain
    next(each for each in app.button if each.label == "Clear the filters").click()
    assert metric(sound(app.run()), "Gross revenue") == plain
    assert app.selectbox(key="metric").value == "Net revenue"
