"""What charts of discounts are made of."""

from typing import Any

import pandas as pd

from dashboard import charts

PERIODS = pd.DataFrame(
    {
        "label": ["10 Mar · a", "02 Mar · b"],
        "product_id": ["p1", "p2"],
        "product_name": ["a", "b"],
        "period_start": pd.to_datetime(["2026-03-10", "2026-03-02"]),
        "period_end": pd.to_datetime(["2026-03-12", "2026-03-09"]),
        "is_open": [True, False],
        "regular_price": [10.0, 20.0],
        "sale_price": [8.0, 12.0],
        "discount_depth": [0.2, 0.4],
        "units": [5, 9],
        "ratio": [2.0, 20.0],
        "lower": [1.5, 0.1],
        "upper": [2.5, 90.0],
        "needed": [1.25, 1 / 0.6],
        "paid": ["more", "less"],
        "incremental_revenue": [10.0, -1.0],
    }
)
ORDER = PERIODS["label"].tolist()


def spec_of(chart: Any) -> dict[str, Any]:
    return dict(charts.to_spec(chart))


def rows_of(spec: dict[str, Any]) -> list[dict[str, Any]]:
    frame: pd.DataFrame = spec["datasets"][spec["data"]["name"]]
    return [dict(row) for _, row in frame.iterrows()]


def test_a_wild_interval_ends_in_an_arrow_at_the_edge_and_leaves_room_for_the_others() -> None:
    spec = spec_of(charts.lifts(PERIODS, order=ORDER))
    wild = rows_of(spec)[1]
    assert (wild["lower_at"], wild["ratio_at"], wild["upper_at"]) == (0.5, 8, 8)
    assert wild["upper"] == 90
    arrows = [each["mark"].get("shape") for each in spec["layer"] if "transform" in each]
    assert arrows == ["triangle-right", "triangle-left"]


def test_calm_intervals_reach_over_the_whole_axis() -> None:
    calm = PERIODS.assign(ratio=1.4, lower=1.2, upper=1.8)
    spec = spec_of(charts.lifts(calm, order=ORDER))
    low, high = spec["layer"][1]["encoding"]["x"]["scale"]["domain"]
    assert low < 1
    assert 1.8 < high < 2


def test_a_period_stands_in_the_same_row_of_both_charts() -> None:
    when = spec_of(charts.discount_periods(PERIODS, order=ORDER))
    what = spec_of(charts.lifts(PERIODS.iloc[:1], order=ORDER))
    assert when["height"] == what["height"]
    assert when["encoding"]["y"] == what["layer"][1]["encoding"]["y"]


def test_the_days_of_a_discount_stand_between_those_before_and_those_after() -> None:
    rows = pd.DataFrame(
        {"phase": ["before", "during", "during", "after"], "step": [-1, 0, 9, 1]}
    ).assign(ratio=1.0, lower=0.9, upper=1.1, units=5, expected=5.0, periods=3)
    places = rows_of(spec_of(charts.lift_by_day(rows, during=10)))
    assert [each["at"] for each in places] == [-1, 0, 9, 11]
    assert [each["when"] for each in places] == [
        "The day before",
        "Day 1 of the discount",
        "Day 10 of the discount",
        "The day after the end",
    ]


def test_the_axis_of_another_price_reaches_as_far_as_prices_were_tried_or_chosen() -> None:
    changes = [-0.6, -0.4, -0.2, 0.0, 0.2]
    rows = pd.DataFrame({"change": changes, "price": [10 * (1 + each) for each in changes]}).assign(
        value=[16.0, 8, 4, 2, 1], lower=[12.0, 6, 3, 2, 0.9], upper=[20.0, 10, 5, 2, 1.1]
    )

    def top(tried: float, chosen: float) -> float:
        shown = rows.assign(
            tried=rows["change"].between(tried, 0), is_chosen=rows["change"] == chosen, basis=""
        )
        chart = charts.price_curve(
            shown, title="Units", price_title="Price", shape=",.2f", axis_shape=",~f"
        )
        return float(spec_of(chart)["layer"][1]["encoding"]["y"]["scale"]["domain"][1])

    assert 5 < top(-0.2, 0.2) < 6
    assert 10 < top(-0.2, -0.4) < 12
    assert 10 < top(-0.4, -0.2) < 12
