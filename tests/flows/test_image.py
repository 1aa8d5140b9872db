"""The image of the Dockerfile holds what the runs on Cloud Run need, without being built.

Its COPY lines are followed, by the rules of .dockerignore, into a folder from which the code runs.
"""

import os
import re
import shutil
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

import pytest
import yaml

from esynapse.home import open_home
from esynapse.pipeline.origin import has_shop
from esynapse.settings import Settings
from flows.cloud_run import CODE, HOME, USER

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
IGNORED = (ROOT / ".dockerignore").read_text().splitlines()


def is_sent(path: Path) -> bool:
    """Whether .dockerignore lets Docker see a path (https://docs.docker.com/build/concepts/context):
    the last line that matches it, or a folder that it is in, decides."""
    places = [path.as_posix(), *(parent.as_posix() for parent in path.parents)][:-1]
    sent = True
    for line in IGNORED:
        pattern = line.removeprefix("!")
        patterns = {pattern, pattern.removeprefix("**/"), pattern.replace("**/", "*/")}
        deep = pattern.startswith("**/") or "/" in pattern
        if any(
            fnmatch(place, each)
            for place in places
            for each in patterns
            if deep or "/" not in place
        ):
            sent = line.startswith("!")
    return sent


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("image")
    for line in re.findall(r"^COPY (.*)$", DOCKERFILE, re.MULTILINE):
        *sources, target = line.split()
        for name in sources:
            source = ROOT / name
            assert source.exists(), name
            place = folder / target / (source.name if target.endswith("/") else "")
            for path in [source] if source.is_file() else source.rglob("*"):
                if path.is_file() and is_sent(path.relative_to(ROOT)):
                    copy = place if source.is_file() else place / path.relative_to(source)
                    copy.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy(path, copy)
    return folder


def python(image: Path, *arguments: str, home: Path) -> str:
    """Run Python in the image's folder, with the code that is there."""
    result = subprocess.run(
        [sys.executable, *arguments],
        cwd=image,
        env={**os.environ, "PYTHONPATH": str(image), "ESYNAPSE_HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_the_image_has_our_files_and_not_what_runs_leave_behind(image: Path) -> None:
    written = {
        path.relative_to(ROOT).as_posix()
        for folder in (
            "esynapse",
            "flows",
            "dashboard",
            "tableau",
            "dbt/models",
            "dbt/macros",
            "bigquery_ml",
        )
        for kind in ("py", "sql", "yml", "md", "toml")
        for path in (ROOT / folder).rglob(f"*.{kind}")
    }
    there = {p.relative_to(image).as_posix() for p in image.rglob("*") if p.is_file()}
    assert written <= there
    assert not [path for path in there if "__pycache__" in path or path.startswith("dbt/target")]
    assert not [path for path in there if path.startswith(("tests/", "docs/", ".env", ".git"))]


def test_what_was_left_behind_would_not_be_sent() -> None:
    for path in (
        "dbt/target/manifest.json",
        "esynapse/__pycache__/home.pyc",
        ".env",
        "tests/laws.py",
    ):
        assert not is_sent(Path(path)), path
    for path in ("dbt/models/overview.md", "esynapse/home.py", "requirements.txt"):
        assert is_sent(Path(path)), path


def test_the_command_line_and_every_flow_start_from_it(image: Path, tmp_path: Path) -> None:
    assert "work-pool" in python(image, "-m", "flows.cli", "--help", home=tmp_path)
    deployments = yaml.safe_load((image / "prefect.yaml").read_text())["deployments"]
    checks = [
        f"assert importlib.import_module({module!r}).{flow}"
        for module, flow in (
            deployment["entrypoint"].replace("/", ".").split(".py:") for deployment in deployments
        )
    ]
    where = "flows.__file__, esynapse.__file__, dashboard.__file__"
    code = "; ".join(["import importlib, flows, esynapse, dashboard", *checks, f"print({where})"])
    places = python(image, "-c", code, home=tmp_path).split()
    assert all(place.startswith(str(image)) for place in places)


def test_dbt_the_statements_and_the_page_are_found_in_it(image: Path, tmp_path: Path) -> None:
    code = (
        "from esynapse.pipeline.dbt_project import DBT_PROJECT\n"
        "from esynapse.forecasting.bigquery_ml import statements\n"
        "from flows.up import ROOT\n"
        "assert (DBT_PROJECT / 'dbt_project.yml').exists() and len(statements()) > 15\n"
        "assert (ROOT / 'dashboard/server.py').exists()\n"
        "assert (ROOT / '.streamlit/config.toml').exists()\n"
        "print(DBT_PROJECT)"
    )
    assert python(image, "-c", code, home=tmp_path).startswith(str(image))


def test_its_home_takes_a_bucket_for_its_shop(image: Path, tmp_path: Path) -> None:
    """The image makes the home, then a bucket with the files of a shop is mounted in it."""
    home = tmp_path / "home"
    (made,) = re.findall(r'^RUN python -c "(.*open_home.*)"$', DOCKERFILE, re.MULTILINE)
    python(image, "-c", made, home=home)
    (home / "shop" / "shop.json").write_text("{}")
    assert open_home(home, create=False).shop == home / "shop"
    assert has_shop(Settings(target="bigquery", home=home))


def test_it_is_where_the_work_pool_thinks_and_its_user_is_whom_the_bucket_belongs_to() -> None:
    assert f"WORKDIR {CODE}\n" in DOCKERFILE
    assert f"ENV ESYNAPSE_HOME={HOME}\n" in DOCKERFILE
    (user,) = re.findall(r"useradd .*--uid (\d+) (\w+)", DOCKERFILE)
    assert int(user[0]) == USER
    assert HOME.startswith(f"/home/{user[1]}/")
    assert DOCKERFILE.index("USER ") < DOCKERFILE.index("open_home"), "the home is the user's"
