"""Funnel: every figure is that of the marts, every choice acts, what is missing is said."""

from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard import charts, formats
from dashboard.views.funnel_cards import RATES
from dashboard.views.funnel_rates import rate_course
from dashboard.views.funnel_steps import PALETTE, in_hundred
from esynapse.home import open_home
from esynapse.warehouse.local import LocalWarehouse
from tests.dashboard.conftest import Open, card, cards, metric, sound
from tests.dashboard.conftest import charts as charts_of

STEPS = ("sessions_viewed", "sessions_carted", "sessions_purchased")


def asked(home: Path, sql: str, **parameters: object) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = (
        LocalWarehouse(open_home(home)).query(sql, parameters).to_pylist()
    )
    return rows


@pytest.fixture
def week(shop_home: Path) -> tuple[date, date]:
    """The newest seven complete days."""
    end = asked(shop_home, "select last_complete_date as day from pipeline_clock")[0]["day"]
    assert isinstance(end, date)
    return end - timedelta(days=6), end


def counts(
    home: Path, start: date, end: date, category: str = "All", state: str = "All"
) -> tuple[int, int, int]:
    sums = ", ".join(f"sum({step}) as {step}" for step in STEPS)
    (row,) = asked(
        home,
        f"select {sums} from sales_funnel where funnel_date between $start and $end"
        " and category = $category and discount_state = $state",
        start=start,
        end=end,
        category=category,
        state=state,
    )
    viewed, carted, purchased = (int(row[step]) for step in STEPS)  # type: ignore[call-overload]
    return viewed, carted, purchased


@pytest.mark.slow
def test_the_rates_are_those_of_the_mart_beside_the_days_before(
    shop_home: Path, open_app: Open, week: tuple[date, date]
) -> None:
    app = sound(open_app(shop_home, "funnel", dates=[str(day) for day in week]))
    viewed, carted, purchased = counts(shop_home, *week)
    earlier = counts(shop_home, *(day - timedelta(days=7) for day in week))
    assert metric(app, "Visits") == formats.compact(float(viewed))
    assert metric(app, "View → cart") == formats.percent(carted / viewed, 2)
    assert metric(app, "Cart → purchase") == formats.percent(purchased / carted, 2)
    assert metric(app, "Carts left") == formats.compact(float(carted - purchased))
    shown = card(app, "View → purchase")
    assert shown.delta == (formats.points(purchased / viewed, earlier[2] / earlier[0]) or "")


@pytest.mark.slow
def test_the_answer_names_the_step_where_most_are_lost(
    shop_home: Path, open_app: Open, week: tuple[date, date]
) -> None:
    viewed, carted, _ = counts(shop_home, *week)
    app = sound(open_app(shop_home, "funnel", dates=[str(day) for day in week]))
    words = f"**{formats.percent(1 - carted / viewed)} of visits end at the view**"
    assert any(words in each.value for each in app.markdown)


@pytest.mark.slow
def test_a_category_and_a_discount_period_narrow_the_funnel(
    shop_home: Path, open_app: Open, week: tuple[date, date]
) -> None:
    days = [str(day) for day in week]
    (largest, *_) = asked(
        shop_home,
        "select category from sales_funnel where category <> 'All'"
        " group by category order by sum(sessions_viewed) desc",
    )
    category = str(largest["category"])
    app = sound(open_app(shop_home, "funnel", dates=days, categories=[category]))
    assert metric(app, "Visits") == formats.compact(
        float(counts(shop_home, *week, category=category)[0])
    )
    app = sound(open_app(shop_home, "funnel", dates=days, discount="On sale"))
    assert metric(app, "Visits") == formats.compact(
        float(counts(shop_home, *week, state="On sale")[0])
    )


@pytest.mark.slow
def test_what_is_left_in_carts_is_worth_its_price_of_that_day(
    shop_home: Path, open_app: Open, week: tuple[date, date]
) -> None:
    (row,) = asked(
        shop_home,
        "select cast(sum(case when sessions_carted > sessions_purchased"
        " then (sessions_carted - sessions_purchased) * average_price end) as double) as worth"
        " from daily_product_kpis where metric_date between $start and $end",
        start=week[0],
        end=week[1],
    )
    app = sound(open_app(shop_home, "funnel", dates=[str(day) for day in week]))
    assert metric(app, "Worth left") == formats.money(float(row["worth"]), "USD")  # type: ignore[arg-type]
    left = next(each.value for each in app.dataframe if "carts_left" in each.value)
    assert len(left) <= 10
    assert left["value_left"].is_monotonic_decreasing


@pytest.mark.slow
@pytest.mark.parametrize("rate", list(RATES))
def test_categories_are_compared_at_every_rate(rate: str, shop_home: Path, open_app: Open) -> None:
    app = sound(open_app(shop_home, "funnel"))
    drawn = charts_of(app)
    app.selectbox(key="category_rate").select(rate)
    assert charts_of(sound(app.run())) == drawn


@pytest.mark.slow
def test_without_a_period_before_nothing_is_compared(shop_home: Path, open_app: Open) -> None:
    days = asked(shop_home, "select first_date, last_complete_date from pipeline_clock")[0]
    app = sound(open_app(shop_home, "funnel", dates=[str(day) for day in days.values()]))
    assert not any(each.delta for each in cards(app))
    assert not any("days before" in each.value for each in [*app.caption, *app.markdown])


@pytest.mark.slow
def test_a_single_day_is_drawn_too(
    shop_home: Path, open_app: Open, week: tuple[date, date]
) -> None:
    sound(open_app(shop_home, "funnel", dates=[str(week[1])] * 2))


@given(st.lists(st.integers(0, 10**9), min_size=3, max_size=3).filter(sum))
def test_of_a_hundred_visits_each_part_has_its_share_to_the_nearest_but_one(
    parts: list[int],
) -> None:
    squares = in_hundred(pd.Series(parts, index=["looked", "left", "bought"]))
    assert sum(squares) == 100
    assert all(
        abs(count - part / sum(parts) * 100) < 1 for count, part in zip(squares, parts, strict=True)
    )


def steps(**columns: object) -> pd.DataFrame:
    rows = pd.DataFrame({"step": list(PALETTE), "sessions": [1000, 80, 20]})
    return rows.assign(label="", goes_on="", ends="", **columns)


def test_the_steps_of_the_funnel_are_true_to_scale() -> None:
    spec = charts.funnel(steps(previous=[900, 90, 10]), PALETTE).to_dict()
    bars = spec["datasets"][spec["layer"][1]["data"]["name"]]
    assert [bar["right"] - bar["left"] for bar in bars] == [1000, 80, 20]
    ticks = spec["datasets"][spec["layer"][2]["data"]["name"]]
    assert sorted(tick["left"] for tick in ticks) == [-450, -45, -5, 5, 45, 450]


def test_a_funnel_without_a_period_before_has_no_ticks() -> None:
    spec = charts.funnel(steps(previous=None), PALETTE).to_dict()
    assert spec["datasets"][spec["layer"][2]["data"]["name"]] == []


def test_rates_of_weeks_are_those_of_their_sums() -> None:
    rate = RATES["View → purchase"]
    days = pd.DataFrame(
        {
            "funnel_date": pd.to_datetime(["2026-03-01", "2026-03-02", "2026-03-08", "2026-03-09"]),
            rate.bottom: [10, 100, 300, 0],
            rate.top: [1, 10, 10, 0],
        }
    )
    weeks = rate_course(days, rate, by_week=True)
    assert weeks["day"].dt.strftime("%d %b").tolist() == ["23 Feb", "02 Mar"]
    assert weeks["rate"].tolist() == [0.1, 0.05]
    assert rate_course(days, rate, by_week=False)["rate"].tolist() == [0.1, 0.1, 10 / 300]


def rates(count: int) -> pd.DataFrame:
    return pd.DataFrame({"day": pd.date_range("2026-03-01", periods=count), "rate": 0.1})


def test_the_period_before_is_dotted_behind_a_rate_where_there_is_one() -> None:
    alone = charts.rate_days(rates(5), rates(0), title="Rate").to_dict()
    beside = charts.rate_days(rates(5), rates(5), title="Rate").to_dict()
    assert len(beside["layer"]) == len(alone["layer"]) + 1
    assert beside["layer"][0]["mark"]["strokeDash"]


def test_rows_that_are_not_chosen_are_faded_and_every_difference_has_room() -> None:
    rows = pd.DataFrame(
        {"category": ["Shoes", "Women's"], "a": [0.1, 0.2], "b": [0.2, 0.3], "difference": "▲ 1 pp"}
    )
    ends = {"a": ("Before", "#000000"), "b": ("Now", "#ffffff")}
    chart = charts.dumbbells(rows, label="category", ends=ends, title="Rate", chosen=["Women's"])
    joins, points = chart.to_dict()["layer"][1:3]
    assert joins["encoding"]["opacity"]["condition"]["test"] == "datum.is_chosen"
    rows_drawn = next(iter(charts.to_spec(chart)["datasets"].values()))
    assert rows_drawn["is_chosen"].tolist() == [False, True]
    assert joins["encoding"]["x"]["scale"]["domain"][1] > 0.3 + 0.05
    assert points["encoding"]["color"]["scale"]["domain"] == ["Before", "Now"]
