"""The words and types of the marts, as dbt has them."""

import pytest

from esynapse.pipeline import mart_docs
from esynapse.pipeline.dbt_project import DBT_PROJECT

MARTS = sorted(path.stem for path in (DBT_PROJECT / "models" / "marts").glob("*.sql"))
TYPES = {"string", "int64", "float64", "numeric(18, 2)", "bool", "date", "timestamp"}


def test_a_figure_means_what_dbt_says_of_its_column() -> None:
    assert mart_docs.meaning("daily_revenue", "average_order_value").startswith("Gross revenue ÷")
    for mart, column in (("daily_revenue", "profit"), ("daily_profit", "revenue")):
        with pytest.raises(KeyError):
            mart_docs.meaning(mart, column)


def test_words_with_one_meaning_everywhere_are_filled_in() -> None:
    days, categories = (
        mart_docs.meaning(mart, "net_revenue")
        for mart in ("daily_revenue", "daily_category_revenue")
    )
    assert days == categories


@pytest.mark.parametrize("mart", MARTS)
def test_every_column_of_a_mart_has_a_meaning_and_a_type(mart: str) -> None:
    known = mart_docs.columns(mart).values()
    assert known
    assert not [each.name for each in known if "{{" in each.meaning or not each.meaning]
    assert {each.type for each in known} <= TYPES


def test_the_grain_of_a_mart_is_the_first_line_of_its_description() -> None:
    assert mart_docs.grain("daily_revenue") == (
        "One row per shop date, dense from the first to the last."
    )
