"""The statements of the forecast models in BigQuery ML, one a file in ``bigquery_ml/``."""

import re
from pathlib import Path
from string import Template

from esynapse.errors import EsynapseError

FOLDER = Path(__file__).parents[2] / "bigquery_ml"

# https://cloud.google.com/resource-manager/docs/creating-managing-projects and
# https://cloud.google.com/bigquery/docs/datasets#dataset-naming
_PROJECT = re.compile(r"([a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]")
_DATASET = re.compile(r"[A-Za-z0-9_]{1,1024}")


def statements() -> list[str]:
    """Names of the statements: their files without ``.sql``, sorted."""
    return sorted(path.stem for path in FOLDER.glob("*.sql"))


def render(name: str, *, project: str, dataset: str) -> str:
    """The SQL of a statement, ready to run but for its query parameters.

    Args:
        name: one of ``statements()``.
        project: the Google Cloud project.
        dataset: where raw tables and models live; the marts are read from ``<dataset>_marts``,
            where dbt writes them.

    Raises:
        EsynapseError: no such statement, or an identifier that BigQuery would not accept.
    """
    if name not in statements():
        raise EsynapseError(f"no statement {name!r} in {FOLDER}: use {', '.join(statements())}")
    if not _PROJECT.fullmatch(project):
        raise EsynapseError(
            f"project {project!r} is no Google Cloud project ID: use 6 to 30 lower-case letters, "
            "digits and hyphens, a letter first"
        )
    if not _DATASET.fullmatch(dataset):
        raise EsynapseError(
            f"dataset {dataset!r} is no BigQuery dataset: use letters, digits and underscores"
        )
    text = (FOLDER / f"{name}.sql").read_text(encoding="utf-8")
    return Template(text).substitute(project=project, dataset=dataset)
