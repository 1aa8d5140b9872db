"""Metrics by their semantic definition give the figures of the marts.

MetricFlow is not needed: what dbt wrote for it (semantic_manifest.json) is made into SQL here.
"""

import json
import re
from collections.abc import Iterator
from contextlib import closing
from typing import Any, NamedTuple

import duckdb
import pytest

from tests.dbt_project.conftest import Built

pytestmark = pytest.mark.slow

AGGREGATIONS = {"sum": "sum({})", "sum_boolean": "sum(case when {} then 1 else 0 end)"}
"""The only ones: sums over rows of one thing count nothing twice, whatever days are added up."""

DAILY = {
    **{
        name: name
        for name in (
            *("gross_revenue", "refunds", "net_revenue", "units", "orders"),
            *("average_order_value", "sessions", "session_conversion", "cart_abandonment"),
        )
    },
    "buyers": "new_buyers",
}
"""Metrics by day, and their column of daily_revenue."""

BY_PRODUCT = {
    "return_rate": "select product_id, return_rate from marts.product_kpis",
    "net_revenue": "select product_id, lifetime_net_revenue from marts.product_kpis",
    "units": "select product_id, sum(units) from marts.daily_product_kpis group by 1",
}
"""Metrics by product, and the same figure in a mart."""

IN_ALL = {
    "repeat_rate": "select null, count(*) filter (orders > 1) / count(*) from marts.customers",
    "orders": "select null, sum(orders) from marts.customers",
    "net_revenue": "select null, sum(net_revenue) from marts.daily_revenue",
}
"""Metrics of all time, and the same figure in a mart."""


class Semantics(NamedTuple):
    """What dbt wrote for MetricFlow, over the small home's warehouse."""

    connection: duckdb.DuckDBPyConnection
    models: list[dict[str, Any]]
    metrics: dict[str, dict[str, Any]]
    spine: dict[str, Any]

    def figures(self, metric: str, by: str | None) -> dict[Any, float | None]:
        """The metric for each 'day', for each value of an entity, or for all (under None)."""
        if by == "day":
            relation = self.spine["node_relation"]["relation_name"]
            groups = f"select {self.spine['primary_column']['name']} as g from {relation}"
        elif by:
            (model,) = (m for m in self.models if expression_of(m, by, kind="primary"))
            key = expression_of(model, by, kind="primary")
            groups = f"select {key} as g from {model['node_relation']['relation_name']}"
        else:
            groups = "select null as g"
        value = f"cast({self._sql(metric, by)} as double)"
        rows = self.connection.sql(f"select g, {value} from ({groups}) as groups").fetchall()
        assert len({key for key, _ in rows}) == len(rows)
        return dict(rows)

    def _sql(self, name: str, by: str | None) -> str:
        metric = self.metrics[name]
        given = metric["type_params"]
        if metric["type"] == "simple":
            return self._measure(given["measure"], by)
        if metric["type"] == "ratio":
            above, below = (self._sql(given[p]["name"], by) for p in ("numerator", "denominator"))
            return f"(cast({above} as double) / nullif({below}, 0))"
        parts = {part["name"]: self._sql(part["name"], by) for part in given["metrics"]}
        return f"({re.sub(r'[a-z_]+', lambda word: parts[word[0]], given['expr'])})"

    def _measure(self, given: dict[str, Any], by: str | None) -> str:
        model, measure = next(
            (model, measure)
            for model in self.models
            for measure in model["measures"]
            if measure["name"] == given["name"]
        )
        value = AGGREGATIONS[measure["agg"]].format(measure["expr"] or measure["name"])
        relation = model["node_relation"]["relation_name"]
        key = day_of(model) if by == "day" else expression_of(model, by, kind="foreign")
        if key is None:
            return f"(select {value} from {relation})"
        found = f"(select {value} from {relation} where {key} = g)"
        return f"coalesce({found}, {given['fill_nulls_with']})"


def day_of(model: dict[str, Any]) -> str:
    name = model["defaults"]["agg_time_dimension"]
    return next(d["expr"] or name for d in model["dimensions"] if d["name"] == name)


def expression_of(model: dict[str, Any], entity: str | None, *, kind: str) -> str | None:
    return next(
        (e["expr"] for e in model["entities"] if (e["name"], e["type"]) == (entity, kind)), None
    )


@pytest.fixture(scope="module")
def semantics(built: Built) -> Iterator[Semantics]:
    found = json.loads((built.home.root / "dbt" / "semantic_manifest.json").read_text())
    (spine,) = found["project_configuration"]["time_spines"]
    metrics = {metric["name"]: metric for metric in found["metrics"]}
    with closing(duckdb.connect(str(built.home.warehouse), read_only=True)) as connection:
        yield Semantics(connection, found["semantic_models"], metrics, spine)


@pytest.mark.parametrize("metric", DAILY)
def test_a_metric_by_day_is_the_column_of_the_mart(semantics: Semantics, metric: str) -> None:
    expected = dict(
        semantics.connection.sql(
            f"select revenue_date, cast({DAILY[metric]} as double) from marts.daily_revenue"
        ).fetchall()
    )
    known = {day: value for day, value in expected.items() if value is not None}
    found = semantics.figures(metric, "day")

    assert found.keys() == expected.keys()
    assert len(known) >= 4
    assert {day: found[day] for day in known} == pytest.approx(known, abs=0.006, rel=1e-9)


@pytest.mark.parametrize("metric", BY_PRODUCT)
def test_a_metric_by_product_is_that_of_the_mart(semantics: Semantics, metric: str) -> None:
    rows = semantics.connection.sql(BY_PRODUCT[metric]).fetchall()
    known = {product: float(value) for product, value in rows if value is not None}
    found = semantics.figures(metric, "product")

    assert any(known.values())
    assert {product: found[product] for product in known} == pytest.approx(known)


@pytest.mark.parametrize("metric", IN_ALL)
def test_a_metric_of_all_time_counts_nothing_twice(semantics: Semantics, metric: str) -> None:
    ((_, expected),) = semantics.connection.sql(IN_ALL[metric]).fetchall()

    assert semantics.figures(metric, None)[None] == pytest.approx(float(expected))


def test_every_metric_is_compared_or_part_of_one_that_is(semantics: Semantics) -> None:
    def parts(name: str) -> set[str]:
        given = semantics.metrics[name]["type_params"]
        inputs = [given["numerator"], given["denominator"], *given["metrics"]]
        return {name}.union(*(parts(part["name"]) for part in inputs if part))

    assert set().union(*map(parts, {*DAILY, *BY_PRODUCT, *IN_ALL})) == semantics.metrics.keys()


def test_every_metric_has_a_label_and_a_description(semantics: Semantics) -> None:
    for metric in semantics.metrics.values():
        assert metric["label"]
        assert metric["description"]
