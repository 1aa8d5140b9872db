"""Identifiers that stay the same from build to build: a diff of two workbooks is readable."""

from uuid import UUID, uuid5

_NAMESPACE = UUID("6e1b1f0c-5f0a-5c55-9a0e-2f0d4e5a7c11")


def simple_id(*parts: str) -> str:
    """Of a sheet, a dashboard or a window: ``{UPPER-CASE-UUID}``."""
    return f"{{{uuid5(_NAMESPACE, '/'.join(parts))}}}".upper()


def token(*parts: str) -> str:
    """28 letters and digits, as Tableau names connections and data sources."""
    return uuid5(_NAMESPACE, "/".join(parts)).hex[:28]
