"""The script of gcloud and bq commands makes what is declared."""

import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from esynapse.errors import EsynapseError
from esynapse.provision import resources
from esynapse.provision.gcloud import gcloud_script
from esynapse.provision.resources import APIS, PUBSUB_AGENT
from esynapse.settings import Settings

STUB = """\
#!/usr/bin/env bash
printf '%q ' "${0##*/}" "$@" >> "$CALLS"
echo >> "$CALLS"
case "$*" in
  *describe*projectNumber*) echo 42 ;;
  *describe*) [ -n "${THERE:-}" ] ;;
esac
"""
AGENT = PUBSUB_AGENT.replace("PROJECT_NUMBER", "42")


@pytest.fixture(params=[{}, {"event_expiration_days": 30, "dataset": "my_shop", "location": "EU"}])
def settings(request: pytest.FixtureRequest) -> Settings:
    return Settings(target="bigquery", project="shop-1", _env_file=None, **request.param)


def run(settings: Settings, folder: Path, **environment: str) -> list[list[str]]:
    """The commands that the script runs, where programs that only note them stand for Google's."""
    programs, calls = folder / "bin", folder / "calls"
    programs.mkdir(exist_ok=True)
    calls.unlink(missing_ok=True)
    for name in ("gcloud", "bq"):
        (programs / name).write_text(STUB)
        (programs / name).chmod(0o755)
    script = folder / "provision.sh"
    script.write_text(gcloud_script(settings))
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    environment |= {"PATH": path, "CALLS": str(calls)}
    subprocess.run(["bash", str(script)], check=True, env={**os.environ, **environment})
    return [shlex.split(line) for line in calls.read_text().splitlines()]


def options(command: list[str]) -> dict[str, str]:
    pairs = (word[2:].partition("=") for word in command if word.startswith("--"))
    return {name: value for name, _, value in pairs}


def made(commands: list[list[str]], *words: str) -> dict[str, dict[str, str]]:
    """Options of the commands that have all these words in this order, by the last plain word."""
    found = {}
    for command in commands:
        plain = [word for word in command if not word.startswith("--")]
        if plain[: len(words)] == list(words):
            found[plain[-1]] = options(command)
    return found


def declared(settings: Settings, kind: str) -> dict[str, dict]:
    return {
        resource.name: dict(resource.properties)
        for resource in resources(settings)
        if resource.kind == kind
    }


def test_the_script_is_sound_shell(settings, tmp_path):
    (tmp_path / "script").write_text(gcloud_script(settings))
    checked = subprocess.run(["bash", "-n", str(tmp_path / "script")], capture_output=True)
    assert (checked.returncode, checked.stderr) == (0, b"")


def test_apis_and_the_account_are_made(settings, tmp_path):
    commands = run(settings, tmp_path)
    enable = next(c for c in commands if c[:3] == ["gcloud", "services", "enable"])
    assert enable[3:] == [*APIS, "--project=shop-1"]
    (account,) = declared(settings, "service account")
    assert list(made(commands, "gcloud", "iam", "service-accounts", "create")) == [
        account.split("@")[0]
    ]


def test_datasets_and_tables_are_those_declared(settings, tmp_path):
    commands = [command for command in run(settings, tmp_path) if command[0] == "bq"]
    datasets = made([c for c in commands if "--dataset" in c], "bq", "mk")
    assert {name.replace(":", "."): values["location"] for name, values in datasets.items()} == {
        name: properties["location"] for name, properties in declared(settings, "dataset").items()
    }
    tables = made([c for c in commands if "--table" in c], "bq", "mk")
    assert {name.replace(":", "."): table(values) for name, values in tables.items()} == declared(
        settings, "table"
    )


def table(given: dict[str, str]) -> dict:
    """Our properties of a table, from the options of ``bq mk``."""
    columns = (column.split(":") for column in given["schema"].split(","))
    properties = {"schema": [{"name": name, "type": kind} for name, kind in columns]}
    if "time_partitioning_field" in given:
        properties |= {
            "partitioning": {
                "type": given["time_partitioning_type"],
                "field": given["time_partitioning_field"],
            },
            "expiration_days": int(given.get("time_partitioning_expiration", 0)) // 86400,
            "clustering": given["clustering_fields"].split(","),
            "require_partition_filter": "require_partition_filter" in given,
        }
    return properties


def test_topics_and_subscriptions_are_those_declared(settings, tmp_path):
    commands = run(settings, tmp_path)
    assert list(made(commands, "gcloud", "pubsub", "topics", "create")) == list(
        declared(settings, "topic")
    )
    subscriptions = made(commands, "gcloud", "pubsub", "subscriptions", "create")
    assert {name: subscription(values) for name, values in subscriptions.items()} == declared(
        settings, "subscription"
    )


def subscription(given: dict[str, str]) -> dict:
    return {
        "topic": given["topic"],
        "table": given["bigquery-table"].replace(":", "."),
        "use_table_schema": "use-table-schema" in given,
        "write_metadata": "write-metadata" in given,
        "drop_unknown_fields": "drop-unknown-fields" in given,
        "dead_letter_topic": given.get("dead-letter-topic", ""),
        "max_delivery_attempts": int(given.get("max-delivery-attempts", 0)),
        "minimum_backoff_seconds": int(given["min-retry-delay"].removesuffix("s")),
        "maximum_backoff_seconds": int(given["max-retry-delay"].removesuffix("s")),
        "expires": given["expiration-period"] != "never",
    }


def test_grants_are_those_declared(settings, tmp_path):
    found = set()
    for command in run(settings, tmp_path):
        given, plain = options(command), [word for word in command if not word.startswith("--")]
        if "add-iam-policy-binding" in command:
            name, on = plain[-1].replace(":", "."), "table"
            if command[0] == "gcloud":
                on = command[command.index("add-iam-policy-binding") - 1].removesuffix("s")
                name = f"projects/{plain[-1]}" if on == "project" else plain[-1]
            found.add((given["role"], on, name, given["member"]))
        elif sql := re.fullmatch(r'GRANT `(.+)` ON SCHEMA `(.+)`\.`(.+)` TO "(.+)"', plain[-1]):
            found.add((sql[1], "dataset", f"{sql[2]}.{sql[3]}", sql[4]))
    assert found == {
        (
            grant["role"],
            grant["on"],
            grant["resource"],
            grant["member"].replace(PUBSUB_AGENT, AGENT),
        )
        for grant in declared(settings, "grant").values()
    }


def test_what_needs_another_comes_after_it(settings, tmp_path):
    text = gcloud_script(settings)
    steps = (
        "services enable",
        "service-accounts create",
        "--dataset",
        "--table",
        "topics create",
        "services identity create",
        "add-iam-policy-binding",
        "subscriptions create",
        "GRANT",
    )
    places = [text.index(step) for step in steps]
    assert places == sorted(places)


def test_run_again_it_makes_only_what_may_be_made_twice(settings, tmp_path):
    commands = run(settings, tmp_path, THERE="yes")
    assert not [
        command
        for command in commands
        if command[:1] == ["gcloud"] and "create" in command and "identity" not in command
    ]
    assert all("--force" in command for command in commands if "mk" in command)


def test_the_local_target_has_no_such_script():
    with pytest.raises(EsynapseError, match="ESYNAPSE_TARGET=bigquery"):
        gcloud_script(Settings(_env_file=None))
