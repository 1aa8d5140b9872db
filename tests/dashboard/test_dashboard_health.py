"""The parts of health are said in points that add up to it."""

from pathlib import Path

import pandas as pd
import pytest

from dashboard import health, queries
from dashboard.connection import to_frame
from esynapse.home import open_home
from esynapse.warehouse.local import LocalWarehouse


def products(**scores: list[float | None]) -> pd.DataFrame:
    length = len(next(iter(scores.values())))
    return pd.DataFrame({column: scores.get(column, [None] * length) for column in health.PARTS})


@pytest.mark.slow
def test_the_points_of_every_product_add_up_to_its_score_in_the_mart(shop_home: Path) -> None:
    rows = to_frame(
        LocalWarehouse(open_home(shop_home)).query(
            queries.PRODUCTS, {"categories": "", "discount": "All"}
        )
    )
    scored = rows[rows["health_score"].notna()]
    assert scored[list(health.PARTS)].isna().any(axis="columns").any(), "no missing part to weigh"
    sums = 50 + health.points(scored).sum(axis="columns")
    assert sums.to_numpy() == pytest.approx(scored["health_score"].to_numpy())


def test_a_missing_part_leaves_its_weight_to_the_rest() -> None:
    moved = health.points(products(conversion_score=[1.0], rating_score=[0.0])).iloc[0]
    assert moved["conversion_score"] == pytest.approx(30)
    assert moved["rating_score"] == pytest.approx(-20)
    assert pd.isna(moved["stock_score"])


def test_the_part_that_takes_most_points_drags_most_not_the_one_with_the_lowest_rank() -> None:
    rows = products(conversion_score=[0.2], growth_score=[0.9], return_score=[0.1])
    named = health.drags_and_lifts(rows).iloc[0]
    assert (named["drag"], named["lift"]) == ("Conversion", "Growth")


def test_nothing_drags_what_is_best_in_all_and_nothing_is_said_where_nothing_is_known() -> None:
    best = products(**{column: [1.0, None] for column in health.PARTS})
    named = health.drags_and_lifts(best)
    assert pd.isna(named["drag"]).all()
    assert named["lift"].tolist()[0] == "Conversion"
    assert pd.isna(named["lift"][1])
    assert named["lift_points"].tolist() == [15.0, 0.0]


def test_parts_are_said_beside_the_middle_of_the_category() -> None:
    peers = pd.DataFrame({part.measured: [0.01, 0.02, 0.09] for part in health.PARTS.values()})
    product = products(conversion_score=[0.5], rating_score=[1.0]).iloc[0]
    parts = health.parts_of(pd.concat([product, peers.iloc[1]]), peers)
    assert parts["part"].tolist() == ["Conversion", "Rating"]
    assert parts["weight"].tolist() == [0.6, 0.4]
    assert parts["points"].tolist() == pytest.approx([0, 20])
    assert parts["measured"].tolist() == parts["middle"].tolist() == ["2.00 %", "0.02"]
    assert health.parts_of(product * float("nan"), peers).empty


def test_points_have_a_sign() -> None:
    assert [health.signed(moved) for moved in (4.84, -12, 0)] == ["+4.8", "−12.0", "+0.0"]
