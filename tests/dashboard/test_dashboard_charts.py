"""What charts of days are made of."""

import pandas as pd

from dashboard import charts


def bars(days: int) -> dict[str, object]:
    dates = pd.date_range("2026-03-01", periods=days)
    rows = pd.DataFrame({"day": dates, "count": range(1, days + 1)})
    chart = charts.bars_by_day(rows, date="day", value="count", title=None, colour="#000000")
    spec: dict[str, object] = chart.to_dict()
    return spec


def test_a_day_by_itself_is_a_bar_of_bounded_width() -> None:
    spec = bars(1)
    assert spec["mark"] == {"type": "bar", "width": {"expr": "min(56, 0.85 * width / 1)"}}
    assert spec["encoding"]["x"]["scale"]["domain"] == ["01 Mar"]  # type: ignore[index]


def test_few_days_are_named_one_by_one_and_many_are_an_axis_of_time() -> None:
    assert bars(14)["encoding"]["x"]["type"] == "ordinal"  # type: ignore[index]
    assert bars(15)["encoding"]["x"]["type"] == "temporal"  # type: ignore[index]


def test_bars_are_ranked_unless_their_order_says_something() -> None:
    rows = pd.DataFrame({"age": ["young", "old"], "events": [1, 9]})

    def order(*, longest_first: bool) -> object:
        chart = charts.ranked_bars(
            rows,
            label="age",
            value="events",
            title="Events",
            palette="#000000",
            longest_first=longest_first,
        )
        return chart.to_dict()["layer"][0]["encoding"]["y"]["sort"]

    assert order(longest_first=True) == ["old", "young"]
    assert order(longest_first=False) == ["young", "old"]


def test_cohorts_are_drawn_from_dark_to_light_in_the_order_of_their_months() -> None:
    months = pd.date_range("2025-11-01", periods=4, freq="MS")
    rows = pd.DataFrame({"cohort_month": months, "cohort": months.strftime("%b %Y")})
    rows = rows.assign(months_since_first=0, lifetime_value=10.0, cohort_size=5)
    spec = charts.lifetime_values(rows.iloc[::-1], "Value").to_dict()
    scale = spec["layer"][0]["encoding"]["color"]["scale"]
    assert scale["domain"] == ["Nov 2025", "Dec 2025", "Jan 2026", "Feb 2026"]
    brightness = [sum(bytes.fromhex(colour[1:])) for colour in scale["range"]]
    assert brightness == sorted(set(brightness))


def test_segments_stand_in_the_order_given_with_customers_above_revenue() -> None:
    rows = pd.DataFrame(
        {
            "segment": ["Loyal", "At risk"] * 2,
            "measure": ["Customers"] * 2 + ["Net revenue"] * 2,
            "share": [0.2, 0.8, 0.7, 0.3],
        }
    )
    encoding = charts.segments(rows).to_dict()["layer"][0]["encoding"]
    assert encoding["y"]["sort"] == ["Loyal", "At risk"]
    assert encoding["yOffset"]["sort"] == ["Customers", "Net revenue"]
