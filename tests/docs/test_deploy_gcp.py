"""docs/deploy-gcp.md can be followed: what needs no account runs, the rest has no wrong option.

Blocks are marked: ``sh`` runs anywhere, ``sh account`` needs Google's account.
"""

import ast
import importlib
import os
import pkgutil
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import click
import pytest

from esynapse.settings import Settings
from flows import cli as commands_of_ours
from flows.cli import cli

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/deploy-gcp.md"
BLOCKS = re.findall(r"^```(\S.*?)\n(.*?)^```$", PAGE.read_text(), re.DOTALL | re.MULTILINE)
MARKS = {"sh", "sh account", "sql account"}
PROGRAMS = {
    *("esynapse", "prefect", "gcloud", "terraform", "make", "python"),
    *("cd", "export", "source", "read", "printf", "cat", "for", "do", "done"),
}
for module in pkgutil.iter_modules(commands_of_ours.__path__):
    if module.name != "__main__":
        importlib.import_module(f"flows.cli.{module.name}")  # adds its commands to the group
NO_NETWORK = "http://127.0.0.1:1"


def text_of(mark: str) -> str:
    return "\n".join(text for found, text in BLOCKS if found == mark)


def commands() -> Iterator[list[str]]:
    """Every command of the page, as words: what it reads from and writes to left out."""
    for _, text in (block for block in BLOCKS if block[0].startswith("sh")):
        without_files = re.sub(r"<<'END'\n.*?^END$", "", text, flags=re.DOTALL | re.MULTILINE)
        for line in without_files.replace("\\\n", " ").splitlines():
            words = shlex.split(line, comments=True)
            for command in " ".join(map(shlex.quote, words)).split(" && "):
                for part in re.split(r" '?\|'? | ';' ", command):
                    found = shlex.split(part)
                    if ">" in found:
                        found = found[: found.index(">")]
                    if found:
                        yield found


def commands_of(program: str) -> list[list[str]]:
    return [words[1:] for words in commands() if words[0] == program]


def test_every_block_says_whether_it_needs_an_account() -> None:
    assert {mark for mark, _ in BLOCKS} == MARKS
    assert PAGE.read_text().count("```") == 2 * len(BLOCKS)


def test_every_command_is_of_a_program_whose_commands_are_looked_at() -> None:
    assert {words[0].rstrip(";") for words in commands()} <= PROGRAMS


def test_what_needs_no_account_runs_in_a_fresh_folder_in_order(tmp_path: Path) -> None:
    folder, programs = tmp_path / "esynapse", tmp_path / "bin"
    (folder / "docs").mkdir(parents=True)
    for name in ("gcp_costs.py", "deploy-gcp.md"):
        shutil.copy(ROOT / "docs" / name, folder / "docs")
    shutil.copytree(ROOT / "docs/gcp_costs", folder / "docs/gcp_costs")
    programs.mkdir()
    write_program(programs / "make", f'mkdir -p .venv/bin && echo "{":"}" > .venv/bin/activate')
    write_program(programs / "esynapse", f'exec "{sys.executable}" -m flows.cli "$@"')
    write_program(programs / "python", f'exec "{sys.executable}" "$@"')
    kept = {n: v for n, v in os.environ.items() if not n.startswith(("ESYNAPSE_", "PREFECT_"))}
    result = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", text_of("sh")],
        cwd=folder,
        env=kept
        | dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), NO_NETWORK)
        | {
            "PATH": f"{programs}:/usr/bin:/bin",
            "HOME": str(tmp_path),
            "PYTHONPATH": str(ROOT),
            "NO_GCE_CHECK": "true",
        },
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert result.returncode == 0, result.stderr
    assert "live_events" in result.stdout, "the plan is printed"
    assert "10 million events a day" in result.stdout, "and the bill"
    assert (folder / "docs/deploy-gcp.md").read_text() == PAGE.read_text()
    check = subprocess.run(["bash", "-n", "make.sh"], cwd=folder, capture_output=True, text=True)
    assert check.returncode == 0, check.stderr
    settings = Settings(_env_file=folder / ".env")  # type: ignore[call-arg]
    assert (settings.target, settings.project, settings.location) == (
        "bigquery",
        "my-project",
        "US",
    )


def write_program(path: Path, line: str) -> None:
    path.write_text(f"#!/bin/sh\n{line}\n")
    path.chmod(0o755)


@pytest.mark.parametrize("words", commands_of("esynapse"), ids=" ".join)
def test_the_command_line_knows_every_option_of_esynapse(words: list[str]) -> None:
    command = cli.commands[words[0]]
    with command.make_context(words[0], words[1:]):
        pass


def test_a_wrong_option_of_esynapse_would_be_found() -> None:
    with pytest.raises(click.UsageError):
        cli.commands["work-pool"].make_context("work-pool", ["--bogus", "1"])


@pytest.mark.parametrize("words", commands_of("prefect"), ids=" ".join)
def test_prefect_knows_every_option_of_its_commands(words: list[str]) -> None:
    parse_prefect(words)


def test_a_wrong_option_of_prefect_would_be_found() -> None:
    with pytest.raises(Exception, match="--bogus"):
        parse_prefect(["worker", "start", "--bogus", "1"])


def test_prefect_knows_the_arguments_that_containers_start_it_with() -> None:
    started = [
        dict(word.removeprefix("--").split("=", 1) for word in words if "=" in word)
        for words in commands_of("gcloud")
        if "--command=prefect" in words
    ]
    assert len(started) == 2
    for options in started:
        words = options["args"].split(",")
        parse_prefect(words[1:] if words[0] == "--no-prompt" else words)


def parse_prefect(words: list[str]) -> None:
    from prefect.cli._app import _app

    _app.parse_args(words, exit_on_error=False, print_error=False)


@cache
def gcloud_tree() -> dict[str, Any]:
    """All commands of the gcloud that is installed, with their options."""
    program = shutil.which("gcloud")
    if program is None:
        pytest.skip("gcloud is not installed: its commands cannot be looked at")
    source = Path(program).resolve().parents[1] / "data/cli/gcloud_completions.py"
    if not source.exists():
        pytest.skip(f"this gcloud does not list its commands in {source}")
    text = source.read_text()
    tree: dict[str, Any] = ast.literal_eval(text[text.index("{") :])
    return tree


@pytest.mark.parametrize("words", commands_of("gcloud"), ids=lambda words: " ".join(words[:5]))
def test_gcloud_knows_every_option_of_its_commands(words: list[str]) -> None:
    node = gcloud_tree()
    everywhere = set(node["flags"])
    while words and words[0] in node.get("commands", {}):
        node, words = node["commands"][words[0]], words[1:]
    assert not node.get("commands"), f"{words} is no command"
    known = {*node["flags"], *everywhere}
    given = {word.split("=")[0] for word in words if word.startswith("--")}
    for name in given:
        assert name in known or name.replace("--no-", "--") in known, name


def test_the_roles_of_the_page_are_those_that_are_granted() -> None:
    """Of the pipeline and of Pub/Sub by what is declared, of the worker by what the page runs."""
    table = PAGE.read_text().split("## Who may do what")[1].split("\n## ")[0]
    told = set(re.findall(r"`(\w+\.\w+)`", table))
    run = {
        word.removeprefix("--role=roles/")
        for words in commands_of("gcloud")
        for word in words
        if word.startswith("--role=roles/")
    }
    assert run - {"iap.httpsResourceAccessor"} <= told
    declared = declared_roles()
    assert declared <= told
    assert told - declared - run <= {"storage.objectUser"}


def declared_roles() -> set[str]:
    from esynapse.provision import resources

    settings = Settings(target="bigquery", project="my-project")
    grants = [each for each in resources(settings) if each.kind == "grant"]
    return {str(each.properties["role"]).removeprefix("roles/") for each in grants}


def test_every_setting_and_page_that_is_named_is_there() -> None:
    page = PAGE.read_text()
    named = {name.lower() for name in re.findall(r"ESYNAPSE_([A-Z_]+)", page)}
    assert named <= set(Settings.model_fields)
    headings = {slug(line) for line in re.findall(r"^#+ (.*)$", page, re.MULTILINE)}
    for link in re.findall(r"\]\(([^)\s]+)\)", page):
        if link.startswith("#"):
            assert link.removeprefix("#") in headings
        elif not link.startswith("http"):
            assert (PAGE.parent / link).exists(), link


def slug(heading: str) -> str:
    """As GitHub makes an anchor of it."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def test_what_errors_say_is_what_the_page_explains() -> None:
    """Each message that the page quotes stands in the code."""
    table = PAGE.read_text().split("## When something is wrong")[1].split("\n## ")[0]
    quoted = [row.split("|")[1] for row in table.splitlines() if row.startswith("| `")]
    code = "\n".join(
        path.read_text()
        for folder in ("esynapse", "flows")
        for path in (ROOT / folder).rglob("*.py")
    )
    joined = re.sub(r'"\s*f?"', "", code)  # texts that go on in the next line
    for cell in quoted:
        if "Permission denied" in cell:  # the system's own words
            continue
        for message in re.findall(r"`([^`]+)`", cell):
            for piece in message.split("…"):
                assert piece.strip() in joined, piece
