"""The one-way rule of imports, read off the source."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
GROUND = {"errors", "events", "files", "progress", "settings", "signals"}
ALLOWED = {
    **{f"esynapse.{name}": GROUND for name in GROUND},
    "esynapse.home": GROUND,
    "esynapse.shop": GROUND,
    "esynapse.forecasting": GROUND | {"warehouse.raw_tables"},
    "esynapse.warehouse": GROUND | {"home"},
    "esynapse.ingest": GROUND | {"home", "warehouse"},
    "esynapse.provision": GROUND | {"warehouse", "ingest"},
    "esynapse.pipeline": GROUND
    | {"home", "warehouse", "ingest", "provision", "forecasting", "shop"},
}
ORCHESTRATORS = {"prefect", "streamlit", "flows", "dashboard"}


def imported_modules(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def library_files() -> list[Path]:
    return sorted((ROOT / "esynapse").rglob("*.py"))


def part_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts[:2])


def is_within(module: str, part: str) -> bool:
    return module == part or module.startswith(part + ".")


@pytest.mark.parametrize("path", library_files(), ids=lambda p: str(p.relative_to(ROOT)))
def test_the_library_imports_only_downwards(path: Path) -> None:
    part = part_of(path)
    allowed = {f"esynapse.{name}" for name in ALLOWED.get(part, set())} | {part}
    for module in imported_modules(path):
        if is_within(module, "esynapse") and module != "esynapse.__version__":
            assert any(is_within(module, name) for name in allowed), f"{path} imports {module}"


@pytest.mark.parametrize("path", library_files(), ids=lambda p: str(p.relative_to(ROOT)))
def test_the_library_knows_neither_prefect_nor_streamlit(path: Path) -> None:
    roots = {module.split(".")[0] for module in imported_modules(path)}
    assert not roots & ORCHESTRATORS


def test_the_dashboard_does_not_import_the_flows() -> None:
    for path in (ROOT / "dashboard").rglob("*.py"):
        assert not any(is_within(m, "flows") for m in imported_modules(path))


def test_the_rule_sees_an_import_that_breaks_it(tmp_path: Path) -> None:
    bad = tmp_path / "bad.py"
    bad.write_text("from esynapse.warehouse.lake import Lake\nimport prefect\n")
    assert imported_modules(bad) == {"esynapse.warehouse.lake.Lake", "prefect"}


def test_the_folder_dbt_holds_no_python() -> None:
    ignored = ROOT / "dbt" / "target"
    assert not [p for p in (ROOT / "dbt").rglob("*.py") if ignored not in p.parents]
