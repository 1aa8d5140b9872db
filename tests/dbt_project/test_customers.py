"""Customers against a second opinion: scores, segments, cohorts and repeat rates by brute force."""

from contextlib import closing
from decimal import ROUND_HALF_UP, Decimal

import duckdb
import pandas as pd
import pytest
from dbt.cli.main import dbtRunner
from hypothesis import given
from hypothesis import strategies as st

from dashboard.views.customers_segments import SEGMENTS
from esynapse.pipeline.dbt_project import DBT_PROJECT, environment
from tests.dbt_project.conftest import ZONE, Built, Marts

pytestmark = pytest.mark.slow

MACROS = """
select
    value,
    {{ quintile('value') }} as score,
    {{ quintile('value', best='low') }} as reversed_score
from rows_of_values
{{ '-- split' }}
select r, f, m, {{ rfm_segment('r', 'f', 'm') }} as segment from scores
"""


@pytest.fixture(scope="module")
def compiled(built: Built, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The macros as SQL for DuckDB: quintiles of rows_of_values, segments of scores."""
    with environment(ESYNAPSE_HOME=str(built.home.root)):
        outcome = dbtRunner().invoke(
            [
                *("--quiet", "--log-level", "none", "--log-level-file", "none"),
                *("compile", "--inline", MACROS, "--no-populate-cache"),
                *("--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT)),
                *("--target-path", str(built.home.root / "dbt")),
            ]
        )
    assert outcome.exception is None
    return str(outcome.result[0].node.compiled_code).split("-- split")


def expected_lines(raw: pd.DataFrame) -> pd.DataFrame:
    """Purchases and refunds that count, with the shop's date and the amount to the cent."""
    good = raw[~raw["event_id"].fillna("broken").str.startswith("broken")]
    good = good.sort_values("event_timestamp").drop_duplicates(["event_date", "event_id"])
    lines = good[good["event_type"].isin(["purchase", "refund"])].copy()
    lines["date"] = lines["event_timestamp"].dt.tz_convert(ZONE).dt.date
    lines["amount"] = [
        (Decimal(str(price)) * int(units)).quantize(Decimal("0.01"), ROUND_HALF_UP)
        for price, units in zip(lines["sale_price"], lines["quantity"], strict=True)
    ]
    return lines


def expected_quintiles(values: list[int]) -> list[int]:
    """With exact whole numbers: 1 + ⌊5 × (mean rank − ½) ÷ n⌋."""
    at = {
        value: (sum(v < value for v in values), sum(v <= value for v in values))
        for value in set(values)
    }
    return [1 + 5 * (low + high) // (2 * len(values)) for low, high in map(at.__getitem__, values)]


@given(st.lists(st.integers(-9, 9), min_size=1, max_size=40))
def test_quintiles_are_fair_whatever_the_ties(compiled: list[str], values: list[int]) -> None:
    source = "values " + ", ".join(f"({value})" for value in values)
    found = duckdb.sql(f"with rows_of_values(value) as ({source}) {compiled[0]}").df()
    scores = dict(zip(values, expected_quintiles(values), strict=True))

    assert [scores[value] for value in found["value"]] == found["score"].tolist()
    if len(set(values)) == 1:
        assert set(found["score"]) == set(found["reversed_score"]) == {3}
    negative = dict(zip(values, expected_quintiles([-value for value in values]), strict=True))
    assert [negative[value] for value in found["value"]] == found["reversed_score"].tolist()


def test_every_combination_of_scores_has_a_segment(compiled: list[str]) -> None:
    with closing(duckdb.connect()) as connection:
        connection.execute(
            "create table scores as select r, f, m from range(1, 6) a(r), range(1, 6) b(f),"
            " range(1, 6) c(m)"
        )
        found = connection.sql(compiled[1]).df()
    by_score = found.set_index(["r", "f", "m"])["segment"]
    by_value = found.assign(value=(found["f"] + found["m"]) // 2).groupby(["r", "value"])

    assert len(found) == 125
    assert found["segment"].notna().all()
    assert (by_value["segment"].nunique() == 1).all()
    assert set(found["segment"]) == set(SEGMENTS), "what the dashboard ranks"
    assert by_score[5, 5, 5] == "Champions"
    assert by_score[1, 5, 5] == "Cannot lose them"
    assert by_score[5, 1, 1] == "New"
    assert by_score[1, 1, 1] == "Lost"


@pytest.fixture(scope="module")
def orders(built: Built) -> pd.DataFrame:
    """One row per customer and order that was bought, with the shop's day."""
    lines = expected_lines(built.raw)
    bought = lines[lines["event_type"] == "purchase"]
    found = bought.groupby(["user_id", "session_id"], as_index=False)["date"].min()
    return found.assign(date=pd.to_datetime(found["date"]))


def check_repeat_rates(marts: Marts, orders: pd.DataFrame) -> None:
    """Each day's rate against a count of the orders in its window."""
    rates, clock = marts["customer_repeat_rates"], marts["pipeline_clock"].iloc[0]
    days = pd.date_range(clock["first_date"], clock["as_of_date"])
    assert sorted(rates["rate_date"].unique()) == list(days)
    assert sorted(rates["window_days"].unique()) == [28, 90]
    for row in rates.itertuples():
        age = (row.rate_date - orders["date"]).dt.days
        counts = orders[(age >= 0) & (age < row.window_days)]["user_id"].value_counts()
        assert row.customers == len(counts), row
        assert row.repeat_customers == (counts >= 2).sum(), row


def test_repeat_rates_are_those_of_a_count_by_hand(built: Built, orders: pd.DataFrame) -> None:
    check_repeat_rates(built.incremental, orders)


def test_repeat_rates_lose_what_leaves_the_window(purchases_only: Marts) -> None:
    instants = pd.date_range("1997-01-01", periods=40, freq="3D", tz="UTC").tz_convert(ZONE)
    users = [f"u{n % 7}" for n in range(40)]
    dates = instants.tz_localize(None).normalize()
    check_repeat_rates(purchases_only, pd.DataFrame({"user_id": users, "date": dates}))

    rates = purchases_only["customer_repeat_rates"]
    complete = rates[rates["is_complete"]].groupby("window_days")["rate_date"].agg(["min", "max"])
    assert complete.loc[28].tolist() == [pd.Timestamp("1997-01-27"), pd.Timestamp("1997-04-27")]
    assert complete.loc[90, "min"] == pd.Timestamp("1997-03-30")
    assert set(rates[rates["is_complete"] & (rates["window_days"] == 90)]["repeat_rate"]) == {1.0}
    assert 0 < rates[rates["is_complete"] & (rates["window_days"] == 28)]["repeat_rate"].max() < 1


def test_customers_are_scored_by_all_that_they_brought(built: Built, orders: pd.DataFrame) -> None:
    customers = built.incremental["customers"].set_index("user_id")
    lines = expected_lines(built.raw)
    signed = (
        lines["amount"]
        .astype(float)
        .where(lines["event_type"] == "purchase", -lines["amount"].astype(float))
    )
    worth = signed.groupby(lines["user_id"]).sum()

    assert customers["orders"].to_dict() == orders["user_id"].value_counts().to_dict()
    for user, value in customers["net_revenue"].items():
        assert float(value) == pytest.approx(worth[user], abs=0.005), user
    cents = [round(float(value) * 100) for value in customers["net_revenue"]]
    assert customers["monetary_score"].tolist() == expected_quintiles(cents)
    assert customers["frequency_score"].tolist() == expected_quintiles(customers["orders"].tolist())
    recency = [-days for days in customers["days_since_last_order"]]
    assert customers["recency_score"].tolist() == expected_quintiles(recency)
