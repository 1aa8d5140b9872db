"""Other rows are drawn by the chart that stands there: its specification does not say them."""

from typing import Any

import altair as alt
import pandas as pd
import pytest

from dashboard import charts, clicks
from dashboard.charts.layers import layered

NAMES = ["Shoes", "Beauty", "Groceries"]


def ranked(order: list[str], chosen: list[str]) -> Any:
    rows = pd.DataFrame({"category": order, "share": [0.5, 0.3, 0.2]})
    palette = dict.fromkeys(NAMES, "#000000")
    return charts.ranked_bars(
        rows, label="category", value="share", title="Share", palette=palette, chosen=chosen
    )


def changed(order: list[str], _: list[str]) -> Any:
    rows = pd.DataFrame({"category": order, "change": [3.0, 1.0, -2.0], "now": 1.0, "before": 1.0})
    return charts.changes(rows, label="category", value="change", title="Change")


def by_category(order: list[str], chosen: list[str]) -> Any:
    rows = pd.DataFrame({"category": order, "elasticity": [-3.0, -2.0, -1.0], "periods": 9}).assign(
        elasticity_lower=-3.5, elasticity_upper=-0.5
    )
    return charts.elasticities(rows, chosen=chosen)


def stripped(chart: Any) -> tuple[dict[str, Any], list[str]]:
    """What the browser compares, and the order of the rows."""
    spec = charts.to_spec(chart)
    (rows,) = spec.pop("datasets").values()
    return spec, rows["category"].tolist()


@pytest.mark.parametrize("drawn", [changed, by_category])
def test_another_order_and_another_choice_leave_a_chart_as_it_is(drawn: Any) -> None:
    first, first_order = stripped(drawn(NAMES, []))
    second, second_order = stripped(drawn(NAMES[::-1], ["Shoes"]))
    assert first == second
    assert first_order == second_order[::-1]


def test_a_choice_leaves_bars_with_colours_of_their_own_as_they_are() -> None:
    assert stripped(ranked(NAMES, [])) == stripped(ranked(NAMES, ["Beauty"]))


def test_rows_are_named_by_their_order_and_shared_where_they_are_the_same() -> None:
    rows, others = pd.DataFrame({"a": [1]}), pd.DataFrame({"a": [2]})
    layers = [alt.Chart(each).mark_bar().encode(x=alt.X("a:Q")) for each in (rows, others, rows)]
    spec = charts.to_spec(layered(*layers))
    assert [each["data"]["name"] for each in spec["layer"]] == ["rows_0", "rows_1", "rows_0"]
    assert spec["datasets"]["rows_0"] is rows
    assert spec["datasets"]["rows_1"] is others


def test_outside_the_page_a_chart_holds_its_rows_as_altair_would() -> None:
    spec = alt.Chart(pd.DataFrame({"a": [1]})).mark_bar().encode(x=alt.X("a:Q")).to_dict()
    assert spec["datasets"][spec["data"]["name"]] == [{"a": 1}]


def test_layers_are_those_of_altair() -> None:
    rows = pd.DataFrame({"a": [1]})
    base = alt.Chart().encode(x=alt.X("a:Q"))
    ours = layered(base.mark_bar(), base.mark_rule(), data=rows, height=90)
    altairs = alt.layer(base.mark_bar(), base.mark_rule(), data=rows, height=90)
    assert ours.to_dict() == altairs.to_dict()


def test_a_layered_chart_is_clicked_at_its_first_layer() -> None:
    base = alt.Chart().encode(x=alt.X("a:Q"))
    layers = layered(base.mark_bar(), base.mark_rule(), data=pd.DataFrame({"a": [1]}))
    spec = clicks.pickable(layers, "a").to_dict()
    (pick,) = spec["params"]
    assert pick["name"] == clicks.PICK
    assert pick["views"] == [spec["layer"][0]["name"]]
