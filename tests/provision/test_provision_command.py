"""`esynapse provision`, as a person runs it."""

import json
import os
import pty
import subprocess
import sys

import pytest

from esynapse.provision import plan, provision, resources
from esynapse.settings import Settings

pytestmark = pytest.mark.slow

NO_GOOGLE = {
    "ESYNAPSE_TARGET": "bigquery",
    "CLOUDSDK_CONFIG": "/nonexistent",
    "NO_GCE_CHECK": "true",  # nor ask whether this is a machine of Google's
}
COMMAND = [sys.executable, "-m", "flows.cli", "provision"]


def esynapse(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        env={**os.environ, **environment},
        timeout=120,
    )


def of(local: Settings) -> dict[str, str]:
    return {"ESYNAPSE_HOME": str(local.home), "ESYNAPSE_PUBSUB_PORT": str(local.pubsub_port)}


def test_the_plan_of_google_cloud_needs_no_account_and_says_what_it_could_not_do():
    shown = esynapse("--plan", "--project", "shop-1", **NO_GOOGLE)
    assert shown.returncode == 0, shown.stderr
    lines = shown.stdout.splitlines()
    assert lines[0] == "target bigquery, project shop-1"
    assert lines[1].startswith("nothing could be compared, as nobody is signed in")
    declared = resources(Settings(target="bigquery", project="shop-1", _env_file=None))
    for line, resource in zip(lines[2:], declared, strict=False):
        assert line.startswith(f"create    {resource.kind} {resource.name}")
    assert lines[-1] == f"{len(declared)} to create"
    assert shown.stderr == ""


def test_the_plan_as_json_has_every_property(tmp_path):
    shown = esynapse("--plan", "--as", "json", "--location", "EU", **NO_GOOGLE)
    read = json.loads(shown.stdout)
    assert (read["target"], read["location"]) == ("bigquery", "EU")
    tables = [c["resource"] for c in read["changes"] if c["resource"]["kind"] == "table"]
    live = next(table for table in tables if table["name"].endswith(".live_events"))
    assert live["properties"]["partitioning"] == {"type": "DAY", "field": "event_timestamp"}
    assert {"name": "event_id", "type": "STRING"} in live["properties"]["schema"]


def test_provisioning_without_an_account_is_one_line_that_says_what_to_do():
    result = esynapse(**NO_GOOGLE)
    assert result.returncode == 2
    assert result.stderr.count("\n") == 1
    assert "gcloud auth application-default login" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--as", "json"], "--plan"),
        (["--plan", "--destroy"], "one of the two"),
        (["--yes"], "--destroy"),
        (["--plan", "--as", "gcloud"], "ESYNAPSE_TARGET=bigquery"),
        (["--destroy"], "--yes"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments, word):
    result = esynapse(*arguments)
    assert result.returncode == 2
    assert word in result.stderr
    assert result.stdout == ""


def test_the_local_target_is_made_then_all_is_there_then_it_is_deleted(local):
    made = esynapse(**of(local))
    assert made.stdout.splitlines() == [
        f"created {resource.kind} {resource.name}" for resource in resources(local)
    ]
    assert esynapse(**of(local)).stdout == "nothing to do: all is as declared\n"
    assert esynapse("--plan", **of(local)).stdout.splitlines()[-1] == "4 unchanged"
    deleted = esynapse("--destroy", "--yes", **of(local)).stdout.splitlines()
    assert deleted == [
        f"deleted {resource.kind} {resource.name}" for resource in resources(local)[::-1]
    ]
    assert esynapse("--destroy", "--yes", **of(local)).stdout == "nothing to delete\n"


@pytest.mark.parametrize(
    ("answer", "action"), [("n", "unchanged"), ("", "unchanged"), ("y", "create")]
)
def test_at_a_terminal_destroying_names_what_goes_and_asks(local, answer, action):
    provision(local)
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [*COMMAND, "--destroy"],
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, **of(local)},
    ) as process:
        os.write(ours, f"{answer}\n".encode())
        _, asked = process.communicate(timeout=120)
    os.close(ours)
    os.close(theirs)
    assert "In project esynapse-local, for good:" in asked.decode()
    for resource in resources(local):
        assert resource.name in asked.decode()
    assert {change.action for change in plan(local).changes} == {action}
