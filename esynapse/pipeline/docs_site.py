"""The documentation of the dbt project: one page, made by dbt, that fetches nothing."""

import hashlib
from importlib.metadata import version
from pathlib import Path

from esynapse.errors import EsynapseError
from esynapse.files import replacing
from esynapse.home import Home, open_home
from esynapse.pipeline.dbt_project import DBT_PROJECT, dbt_environment, dbt_options, dbt_runner
from esynapse.settings import Settings

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
    "img-src data:; font-src data:; base-uri 'none'; form-action 'none'"
)
"""All that the page needs is inside it. dbt's page would fetch a tracker, were it told to track."""

_SOURCES = {".sql", ".yml", ".md"}


def docs_are_current(home: Home) -> bool:
    """Whether the page is that of the project as it stands."""
    try:
        with home.docs.open(encoding="utf-8") as page:
            return _stamp() in page.read(2000)
    except FileNotFoundError:
        return False


def write_docs(settings: Settings) -> Path:
    """Let dbt describe models, columns, tests, metrics and lineage, and put the page in place.

    Call it after a transform: types of columns are those of the tables that it built.

    Returns:
        The page, ``docs/index.html`` of the home; a reader sees the old one or the new one.

    Raises:
        EsynapseError: nothing was built yet, or dbt failed.
    """
    home = open_home(settings.home, create=False)
    if settings.target == "local" and not home.warehouse.exists():
        raise EsynapseError(f"{home.root} has no marts yet: run 'esynapse transform' first")
    made = home.root / "dbt" / "static_index.html"
    with home.lock("warehouse", wait=900, busy="a transform is still running: try again"):
        made.unlink(missing_ok=True)
        with dbt_environment(settings, home):
            arguments = ["docs", "generate", "--static", *dbt_options(settings, home)]
            outcome = dbt_runner()(arguments)
        if not made.exists():
            reason = str(outcome.exception or "no page").splitlines()[0]
            raise EsynapseError(
                f"dbt could not write its documentation: {reason} (see {home.logs / 'dbt.log'})"
            )
        home.docs.parent.mkdir(exist_ok=True)
        before, tag, after = made.read_text(encoding="utf-8").partition("<head>")
        with replacing(home.docs, durable=False) as temporary:
            temporary.write_text(before + tag + _stamp() + after, encoding="utf-8")
        made.unlink()
    return home.docs


def _stamp() -> str:
    """What is put at the top of the page: what it may load, and of which project it is."""
    digest = hashlib.sha256(version("dbt-core").encode())
    for path in sorted(DBT_PROJECT.rglob("*")):
        if path.suffix in _SOURCES and "target" not in path.relative_to(DBT_PROJECT).parts:
            digest.update(str(path.relative_to(DBT_PROJECT)).encode())
            digest.update(path.read_bytes())
    return (
        f'<meta http-equiv="Content-Security-Policy" content="{CONTENT_SECURITY_POLICY}">'
        f'<meta name="esynapse-project" content="{digest.hexdigest()}">'
    )
