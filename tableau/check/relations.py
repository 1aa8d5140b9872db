"""Connections and tables: does every one that is named exist?"""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from tableau.check.book import QUALIFIED, Book, DataSource

ATTRIBUTES = {
    "hyper": frozenset(
        [
            "authentication",
            "author-locale",
            "class",
            "dbname",
            "default-settings",
            "schema",
            "sslmode",
            "username",
        ]
    ),
    "bigquery": frozenset(
        [
            "CATALOG",
            "EXECCATALOG",
            "REDIRECT_URI",
            "SCOPE",
            "authentication",
            "bq_schema",
            "class",
            "connection-dialect",
            "connection-protocol",
            "login_title",
            "odbc-connect-string-extras",
            "project",
            "schema",
            "server",
            "server-oauth",
            "username",
        ]
    ),
}
"""Kinds of connections → the attributes that they have in files of Tableau's."""
KINDS = frozenset({"table", "join"})
JOINS = frozenset({"left", "inner"})
TYPES = frozenset({"string", "integer", "real", "boolean", "date", "datetime"})


def problems(book: Book) -> Iterator[str]:
    """What is wrong with the data sources' tables."""
    for source in book.sources.values():
        for problem in (*_connections(source), *_relations(source), *_columns(source)):
            yield f"data source {source.caption}: {problem}"


def _connections(source: DataSource) -> Iterator[str]:
    outer = source.element.find("connection")
    if outer is None or outer.get("class") != "federated":
        yield "its connection is not federated"
    if not source.connections:
        yield "it has no connection"
    for name, each in source.connections.items():
        kind = each.get("class", "")
        if kind not in ATTRIBUTES:
            yield f"there is no kind of connection {kind!r}"
        else:
            strange = sorted(set(each.attrib) - ATTRIBUTES[kind])
            yield from (f"a connection of {kind} has no {name}" for name in strange)
        if not re.fullmatch(rf"{kind}\.[0-9a-z]{{16,}}", name):
            yield f"no connection of Tableau's is called {name}"


def _relations(source: DataSource) -> Iterator[str]:
    relation = source.relation
    if relation is None:
        yield "it has no table"
        return
    for each in relation.iter("relation"):
        if each.get("type") not in KINDS:
            yield f"there is no kind of relation {each.get('type')!r}"
        elif each.get("type") == "table":
            yield from _table(source, each)
        else:
            yield from _join(source, each)


def _table(source: DataSource, relation: Element) -> Iterator[str]:
    if relation.get("connection") not in source.connections:
        yield f"table {relation.get('name')} is of no connection of it"
    if not QUALIFIED.fullmatch(relation.get("table", "")):
        yield f"table {relation.get('name')} is not named [schema].[table]"


def _join(source: DataSource, relation: Element) -> Iterator[str]:
    if relation.get("join") not in JOINS:
        yield f"there is no join {relation.get('join')!r}"
    if len(relation.findall("relation")) != 2:
        yield "a join is of two relations"
    sides = relation.findall("./clause/expression/expression")
    if len(sides) != 2:
        yield "a join compares two columns"
    for side in sides:
        found = QUALIFIED.fullmatch(side.get("op", ""))
        if not found or found[1] not in source.tables:
            yield f"a join speaks of {side.get('op')}, which is of none of its tables"


def _columns(source: DataSource) -> Iterator[str]:
    records = source.element.findall("./connection/metadata-records/metadata-record")
    local = {(each.findtext("local-name") or "")[1:-1]: each for each in records}
    for name, (table, column) in source.places.items():
        if table not in source.tables:
            yield f"[{name}] is of the table {table}, which it has not"
        if name not in local:
            yield f"[{name}] has no metadata"
        elif local[name].findtext("remote-name") != column:
            yield f"[{name}] has metadata of another column"
    for name, each in local.items():
        if name not in source.places:
            yield f"metadata of [{name}], which is of no table"
        if each.findtext("local-type") not in TYPES:
            yield f"[{name}] has no type of Tableau's"
        elif name in source.columns and source.columns[name].datatype != each.findtext(
            "local-type"
        ):
            yield f"[{name}] is of another type than its column"
