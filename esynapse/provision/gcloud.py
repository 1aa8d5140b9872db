"""The declaration as commands of gcloud and bq, for a person to read or to run by hand.

Like ``provision`` the script may run again: it makes what is missing. It changes nothing that is
there.
"""

from collections.abc import Callable
from shlex import quote

from esynapse.errors import EsynapseError
from esynapse.provision.resources import APIS, PUBSUB_AGENT, Kind, Resource, resources
from esynapse.settings import Settings

DAY_SECONDS = 24 * 3600
LINE_CHARACTERS = 96

HEAD = """\
#!/usr/bin/env bash
# What ESynapse needs in project {project}, as 'esynapse provision' makes it.
set -euo pipefail

# Google takes a while to know new APIs, accounts and grants everywhere.
patiently() {{
  for pause in 5 10 20 40 80; do
    "$@" && return
    sleep "$pause"
  done
  "$@"
}}"""
AGENT = """
# Pub/Sub acts as an account of its own, whose name has the number of the project.
gcloud beta services identity create --service=pubsub.googleapis.com --project={project}
number=$(gcloud projects describe {project} --format='value(projectNumber)')
agent="serviceAccount:service-${{number}}@gcp-sa-pubsub.iam.gserviceaccount.com"
"""

ACCOUNTS = ("gcloud", "iam", "service-accounts")
TOPICS = ("gcloud", "pubsub", "topics")
SUBSCRIPTIONS = ("gcloud", "pubsub", "subscriptions")


def gcloud_script(settings: Settings) -> str:
    """A shell script that makes all that target bigquery needs.

    Raises:
        EsynapseError: the target is local.
    """
    if settings.target == "local":
        raise EsynapseError(
            "gcloud makes what target bigquery needs: set ESYNAPSE_TARGET=bigquery as well"
        )
    project = quote(settings.project)
    lines = [HEAD.format(project=project), "\n# APIs"]
    lines.append(_line("gcloud", "services", "enable", *APIS, f"--project={settings.project}"))
    title: Kind = "API"
    for resource in resources(settings):
        if resource.kind == "API":
            continue
        if resource.kind != title:
            title = resource.kind
            lines.append(f"\n# {title[0].upper()}{title[1:]}s")
        if resource.properties.get("member") == PUBSUB_AGENT and AGENT not in lines:
            lines.append(AGENT)
        lines.append(_COMMANDS[resource.kind](settings, resource))
    return "\n".join(lines).replace(AGENT, AGENT.format(project=project)) + "\n"


def _account(settings: Settings, resource: Resource) -> str:
    name, where = resource.name.split("@")[0], f"--project={settings.project}"
    return _unless(
        _line(*ACCOUNTS, "describe", resource.name, where),
        _line(*ACCOUNTS, "create", name, "--display-name=The ESynapse pipeline", where),
    )


def _dataset(_: Settings, resource: Resource) -> str:
    where = f"--location={resource.properties['location']}"
    return _line("bq", where, "mk", "--force", "--dataset", _colon(resource.name))


def _table(_: Settings, resource: Resource) -> str:
    wanted = resource.properties
    schema = ",".join(f"{column['name']}:{column['type']}" for column in wanted["schema"])
    options = [f"--schema={schema}"]
    if "partitioning" in wanted:
        options += [
            f"--time_partitioning_type={wanted['partitioning']['type']}",
            f"--time_partitioning_field={wanted['partitioning']['field']}",
            f"--clustering_fields={','.join(wanted['clustering'])}",
            "--require_partition_filter",
        ]
        if wanted["expiration_days"]:
            seconds = wanted["expiration_days"] * DAY_SECONDS
            options.append(f"--time_partitioning_expiration={seconds}")
    return _line("bq", "mk", "--force", "--table", *options, _colon(resource.name))


def _topic(_: Settings, resource: Resource) -> str:
    return _unless(
        _line(*TOPICS, "describe", resource.name), _line(*TOPICS, "create", resource.name)
    )


def _subscription(_: Settings, resource: Resource) -> str:
    wanted = resource.properties
    options = [
        f"--topic={wanted['topic']}",
        f"--bigquery-table={_colon(wanted['table'])}",
        "--use-table-schema" if wanted["use_table_schema"] else "--write-metadata",
        f"--min-retry-delay={wanted['minimum_backoff_seconds']}s",
        f"--max-retry-delay={wanted['maximum_backoff_seconds']}s",
        "--expiration-period=never",
    ]
    if wanted["dead_letter_topic"]:
        options += [
            f"--dead-letter-topic={wanted['dead_letter_topic']}",
            f"--max-delivery-attempts={wanted['max_delivery_attempts']}",
        ]
    return _unless(
        _line(*SUBSCRIPTIONS, "describe", resource.name),
        _line("patiently", *SUBSCRIPTIONS, "create", resource.name, *options),
    )


def _grant(settings: Settings, resource: Resource) -> str:
    wanted = resource.properties
    name, bind = wanted["resource"], "add-iam-policy-binding"
    granted = (f"--role={wanted['role']}", f"--member={wanted['member']}")
    if wanted["on"] == "topic":
        return _line("patiently", *TOPICS, bind, name, *granted)
    if wanted["on"] == "subscription":
        return _line("patiently", *SUBSCRIPTIONS, bind, name, *granted)
    if wanted["on"] == "project":
        project = name.removeprefix("projects/")
        return _line("patiently", "gcloud", "projects", bind, project, *granted, "--condition=None")
    if wanted["on"] == "table":
        return _line("patiently", "bq", bind, *granted, "--table", _colon(name))
    # bq binds roles on tables alone; GoogleSQL grants them on datasets as well.
    dataset = ".".join(f"`{part}`" for part in name.split("."))
    sql = f'GRANT `{wanted["role"]}` ON SCHEMA {dataset} TO "{wanted["member"]}"'
    where = (f"--project_id={settings.project}", f"--location={settings.location}")
    return _line("patiently", "bq", *where, "query", "--use_legacy_sql=false", sql)


_COMMANDS: dict[Kind, Callable[[Settings, Resource], str]] = {
    "service account": _account,
    "dataset": _dataset,
    "table": _table,
    "topic": _topic,
    "subscription": _subscription,
    "grant": _grant,
}


def _line(*words: str) -> str:
    """One command, on as many lines as it needs."""
    lines = [""]
    for word in map(_quoted, words):
        if lines[-1] and len(lines[-1]) + len(word) > LINE_CHARACTERS:
            lines.append(f"    {word}")
        else:
            lines[-1] += f" {word}" if lines[-1] else word
    return " \\\n".join(lines)


def _quoted(word: str) -> str:
    return '--member="$agent"' if word == f"--member={PUBSUB_AGENT}" else quote(word)


def _unless(there: str, make: str) -> str:
    return f"{there} > /dev/null 2>&1 ||\n  {make}"


def _colon(name: str) -> str:
    """``project:dataset.table``, as bq and gcloud write it."""
    return name.replace(".", ":", 1)
