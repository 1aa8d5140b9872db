"""`esynapse tableau`: what it writes, and what it says when it cannot."""

import sys
import zipfile
from pathlib import Path

import pyarrow as pa
import pytest

from esynapse.errors import EsynapseError
from flows.cli import main
from tableau.check.book import Book
from tableau.package import WORKBOOK, write_extract


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    with pytest.raises(SystemExit) as exit_:
        main(["tableau", *arguments])
    assert exit_.value.code == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    return error


def test_a_live_workbook_needs_no_home_and_no_account(tmp_path: Path) -> None:
    out = tmp_path / "new folder" / "shop.twb"
    main(["tableau", "--mode", "bigquery", "--project", "my-shop", "--dataset", "sales",
          "--billing", "my-bills", "--out", str(out)])  # fmt: skip
    book = Book(out.read_bytes())
    for source in book.sources.values():
        (connection,) = source.connections.values()
        assert connection.get("class") == "bigquery"
        assert connection.get("CATALOG") == connection.get("project") == "my-shop"
        assert connection.get("EXECCATALOG") == "my-bills"
        assert connection.get("schema") == "sales_published"
        for table in source.tables.values():
            assert table.get("table") == f"[sales_published].[{table.get('name')}]"


@pytest.mark.slow
def test_a_packed_workbook_is_written_from_a_home(
    shop_home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "shop.twbx"
    main(["tableau", "--home", str(shop_home), "--out", str(out)])
    assert zipfile.ZipFile(out).namelist()[0] == WORKBOOK
    assert str(out) in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--project", "my-shop"], "go with --mode bigquery"),
        (["--mode", "bigquery"], "say with --project whose marts"),
        (["--mode", "bigquery", "--project", "My Shop"], "'My Shop' is no project"),
        (["--mode", "bigquery", "--project", "my-shop", "--billing", "<x>"], "'<x>' is no project"),
        (["--mode", "bigquery", "--project", "my-shop", "--dataset", "a.b"], "'a.b' is no dataset"),
        (["--mode", "bigquery", "--project", "my-shop", "--home", "x"], "leave it out"),
    ],
)
def test_what_makes_no_sense_is_said_in_a_line(
    capsys: pytest.CaptureFixture[str], arguments: list[str], says: str
) -> None:
    assert says in refused(capsys, *arguments)


def test_a_home_that_is_not_there_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "shop.twbx"
    error = refused(capsys, "--home", str(tmp_path / "none"), "--out", str(out))
    assert "run 'esynapse up' first" in error
    assert not out.exists()


@pytest.mark.slow
def test_without_pantab_one_is_told_where_to_get_it(
    shop_home: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "pantab", None)
    out = tmp_path / "shop.twbx"
    error = refused(capsys, "--home", str(shop_home), "--out", str(out))
    assert "make tableau" in error
    assert list(tmp_path.iterdir()) == []


def test_an_extract_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(EsynapseError, match=r"see that there is room in .*gone"):
        write_extract(tmp_path / "gone" / "shop.hyper", {"days": pa.table({"n": [1]})})
