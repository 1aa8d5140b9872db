"""The rules of dbt-project-evaluator that apply, read off dbt's manifest.

https://dbt-labs.github.io/dbt-project-evaluator/latest/rules/. An exception has a name and a reason
here, and one that is no longer needed fails as well.
"""

import inspect
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from dashboard import queries
from esynapse.pipeline import retrain
from tableau import package

pytestmark = pytest.mark.slow

LAYERS = ("staging", "intermediate", "marts", "semantic")
CLOCK = "pipeline_clock"
"""A mart, since readers need it, that every layer after staging may read: the time of the data."""


class Model(NamedTuple):
    """A model and its place in the graph; names without the project's."""

    name: str
    layer: str
    node: dict[str, Any]
    models: set[str]
    """That it reads."""
    sources: set[str]
    """That it reads."""
    readers: set[str]
    """Models that read it."""
    users: set[str]
    """Exposures and semantic models."""


@pytest.fixture(scope="module")
def models(manifest: dict[str, Any]) -> dict[str, Model]:
    found = {}
    for key, node in manifest["nodes"].items():
        if node["resource_type"] == "model":
            parents, children = manifest["parent_map"][key], manifest["child_map"][key]
            found[node["name"]] = Model(
                node["name"],
                node["fqn"][1],
                node,
                set(_named(parents, "model")),
                set(_named(parents, "source")),
                set(_named(children, "model")),
                {*_named(children, "exposure"), *_named(children, "semantic_model")},
            )
    return found


def _named(keys: list[str], kind: str) -> Iterator[str]:
    return (key.rsplit(".", 1)[1] for key in keys if key.startswith(f"{kind}."))


def test_a_model_reads_no_later_layer(models: dict[str, Model]) -> None:
    backwards = {
        (model.name, parent)
        for model in models.values()
        for parent in model.models - {CLOCK}
        if LAYERS.index(models[parent].layer) > LAYERS.index(model.layer)
    }

    # the mart has all they need: a copy of it beside it would be written every hour as well
    assert backwards == {
        ("int_cohort_months", "customers"),
        ("int_discount_scores", "discount_effectiveness"),
        ("int_forecast_steps", "daily_forecast_vs_actual"),
        ("int_forecast_steps", "hourly_forecast_vs_actual"),
    }


def test_only_staging_reads_sources(models: dict[str, Model]) -> None:
    direct = {name: m.sources for name, m in models.items() if m.sources and m.layer != "staging"}

    assert direct == {
        # tables that arrive in the shape that readers see: nothing to rename, nothing to clean
        "daily_forecast_vs_actual": {"daily_forecasts"},
        "hourly_forecast_vs_actual": {"hourly_forecasts"},
        "forecast_accuracy": {"forecast_accuracy_runs"},
        "forecast_decomposition": {"forecast_components"},
        "sales_anomalies": {"history_anomalies"},
        "int_arrival_days": {"arrival_ages"},
        "int_build_days": {"build_results", "builds"},
        "pipeline_health": {"dead_letter_events"},
    }


def test_staging_reads_only_sources(models: dict[str, Model]) -> None:
    others = {name: m.models for name, m in models.items() if m.layer == "staging" and m.models}

    # the events that keep the rules, without those that came twice
    assert others == {"stg_events": {"stg_event_rules"}}


def test_marts_do_not_read_staging(models: dict[str, Model]) -> None:
    direct = {
        name
        for name, model in models.items()
        if model.layer == "marts" and any(models[p].layer == "staging" for p in model.models)
    }

    assert direct == {"quarantined_events"}, "those that staging keeps out"


def test_a_source_is_read_by_one_model(models: dict[str, Model], manifest: dict[str, Any]) -> None:
    read = [source for model in models.values() for source in model.sources]

    assert set(read) == {source["name"] for source in manifest["sources"].values()}
    # stg_events looks for repeated ids in the bare table before it reads the rules
    assert [source for source in set(read) if read.count(source) > 1] == ["live_events"]
    assert {m.name for m in models.values() if "live_events" in m.sources} == {
        "stg_event_rules",
        "stg_events",
    }


def test_a_model_has_parents_and_is_read(models: dict[str, Model]) -> None:
    unread = {name for name, model in models.items() if not model.readers | model.users}

    assert [name for name, model in models.items() if not model.models | model.sources] == []
    assert unread == {"days"}, "but for MetricFlow's time spine, which nothing refers to"


def test_names_tell_the_layer(models: dict[str, Model]) -> None:
    for model in models.values():
        prefix = re.match(r"(stg_|int_|)", model.name)
        assert prefix
        assert prefix[0] == {"staging": "stg_", "intermediate": "int_"}.get(model.layer, "")
        assert model.node["config"]["schema"] == model.layer


def test_relations_are_referred_to_never_spelled_out(models: dict[str, Model]) -> None:
    for model in models.values():
        code = re.sub(r"{#.*?#}|{{.*?}}", "", model.node["raw_code"], flags=re.DOTALL)
        assert re.findall(r"(?i)\b(?:from|join)\s+[\w\"`]+\.[\w\"`]+", code) == [], model.name


def test_every_stored_model_has_a_key_that_is_tested(
    models: dict[str, Model], manifest: dict[str, Any]
) -> None:
    keyed = {
        node["attached_node"].rsplit(".", 1)[1]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test"
        and node.get("test_metadata")
        and (
            node["test_metadata"]["name"] in ("unique", "distinct_rows")
            or node["test_metadata"]["kwargs"].get("key")
        )
    }
    stored = {n for n, m in models.items() if m.node["config"]["materialized"] not in UNSTORED}

    assert stored <= keyed


UNSTORED = ("view", "ephemeral")


def test_few_models_stand_between_a_model_and_what_is_stored(models: dict[str, Model]) -> None:
    def chain(name: str) -> int:
        if models[name].node["config"]["materialized"] not in UNSTORED:
            return 0
        return 1 + max(map(chain, models[name].models), default=0)

    assert max(map(chain, models)) <= 3


def test_few_models_fan_out(models: dict[str, Model]) -> None:
    leaves = {name for name, model in models.items() if not model.readers}
    wide = {name for name, model in models.items() if len(model.readers & leaves) > 3}

    assert wide == {"int_products"}, "names and categories, which every mart shows"


def test_every_source_says_what_it_is_and_how_late_it_may_be(manifest: dict[str, Any]) -> None:
    sources = {source["name"]: source for source in manifest["sources"].values()}
    timeless = {name for name, source in sources.items() if not source["loaded_at_field"]}
    patient = {
        name
        for name, source in sources.items()
        if not (source["freshness"] and source["freshness"]["warn_after"]["count"])
    }

    assert all(source["description"] for source in sources.values())
    # the catalogue as it is now, parts of a build, and counts by day
    assert timeless == {"products", "build_results", "arrival_ages"}
    assert patient == {*timeless, "dead_letter_events"}, "none may come for years"


def test_every_model_has_an_owner_and_marts_alone_are_public(models: dict[str, Model]) -> None:
    for model in models.values():
        public = model.layer in ("marts", "semantic")
        assert model.node["group"] == ("analytics" if public else "data_engineering")
        assert model.node["access"] == ("public" if public else "protected"), model.name
        assert model.node["contract"]["enforced"] is public, model.name
        assert "hourly" in model.node["tags"]


def test_an_exposure_names_the_marts_that_it_reads(
    models: dict[str, Model], manifest: dict[str, Any]
) -> None:
    exposed = {
        exposure["name"]: set(_named(exposure["depends_on"]["nodes"], "model"))
        for exposure in manifest["exposures"].values()
    }
    marts = {name for name, model in models.items() if model.layer == "marts"}
    asked = " ".join(getattr(queries, name) for name in queries.__all__)

    assert exposed == {
        "dashboard": relations(asked) & marts,
        "workbook": {*package.used_marts(), "pipeline_clock"},
        "retrain": relations(inspect.getsource(retrain)) & marts,
    }


def relations(sql: str) -> set[str]:
    return set(re.findall(r"\b(?:from|join)\s+(\w+)", sql))
