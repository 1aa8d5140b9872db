"""What Tableau would ask the data for a worksheet, as SQL that Hyper answers.

It is read off the workbook's file, not off our own definitions: shelves and encodings become groups
and aggregates, filters conditions, calculations are translated.
"""

from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

import pyarrow as pa

from tableau.check.book import QUALIFIED, Book, DataSource, Worksheet
from tableau.check.formula import FormulaError, Scope, fields_in, to_sql
from tableau.connections import EXTRACT_SCHEMA
from tableau.sources import GENERATED

_AGGREGATES = {
    "Sum": "sum({})",
    "Avg": "avg({})",
    "Min": "min({})",
    "Max": "max({})",
    "Count": "count({})",
    "CountD": "count(distinct {})",
    "Attribute": "max({})",
}
_TRUNCATED = {f"{part.capitalize()}-Trunc": part for part in ("hour", "day", "week", "month")}


def ask(extract: Path, sql: str) -> pa.Table:
    """Have Hyper answer."""
    import pantab

    return pantab.frame_from_hyper_query(extract, sql, return_type="pyarrow")


def query_of(book: Book, sheet: Worksheet) -> str:
    """The query of a worksheet.

    Raises:
        FormulaError: a calculation makes no sense.
        KeyError: it uses what is not declared.
    """
    return _Query(book, sheet).sql()


class _Query:
    def __init__(self, book: Book, sheet: Worksheet) -> None:
        self._book = book
        self._sheet = sheet
        names = [name for name in sheet.sources if name in book.sources]
        self._source: DataSource = book.sources[names[0]]

    def sql(self) -> str:
        groups: list[tuple[str, Element]] = []
        values: list[tuple[str, Element]] = []
        for name in dict.fromkeys(self._used()):
            instance = self._sheet.instances[self._source.name, name]
            (values if self._is_aggregate(instance) else groups).append((name, instance))
        shown = [f"{self._value(each)} as {_quoted(name)}" for name, each in groups + values]
        where = " and ".join(self._conditions())
        by = ", ".join(self._value(each) for _, each in groups)
        return "\n".join(
            [
                f"with {', '.join(self._layers())}",
                f"select {', '.join(shown) or 'count(*)'}",
                "from counted",
                *([f"where {where}"] if where else []),
                *([f"group by {by}"] if groups else []),
            ]
        )

    def _used(self) -> Iterator[str]:
        """Instances on shelves and encodings, and the measures behind Measure Values."""
        for text in (*self._sheet.shelves, *_encodings(self._sheet)):
            for source, name in QUALIFIED.findall(text):
                if source == self._source.name and name not in GENERATED:
                    yield name
        for sort in self._sheet.element.iterfind("./table/view/computed-sort"):
            yield from (name for _, name in QUALIFIED.findall(sort.get("using", "")))
        for member in self._sheet.element.iterfind(".//groupfilter[@level='[:Measure Names]']"):
            yield from (name for _, name in QUALIFIED.findall(member.get("member", "")))

    def _is_aggregate(self, instance: Element) -> bool:
        return instance.get("derivation") in (*_AGGREGATES, "User")

    def _value(self, instance: Element) -> str:
        derivation = instance.get("derivation", "")
        name = instance.get("column", "")[1:-1]
        if derivation == "User":
            return self._outer(self._source.columns[name].formula)
        plain = _quoted(name)
        if derivation in _TRUNCATED:
            return f"date_trunc('{_TRUNCATED[derivation]}', {plain})"
        return _AGGREGATES.get(derivation, "{}").format(plain)

    def _layers(self) -> Iterator[str]:
        """The rows, then the calculations of a row: those that need others above them."""
        yield f"layer0 as ({_base(self._source)})"
        known = set(self._source.places)
        waiting = [
            each
            for each in self._source.columns.values()
            if each.formula and not self._source.is_aggregate(each.name)
        ]
        depth = 0
        while waiting:
            ready = [each for each in waiting if fields_in(each.formula) <= known]
            if not ready:
                raise FormulaError(f"[{waiting[0].name}] speaks of what there is not")
            scope = Scope(self._known, self._parameter, f"layer{depth}")
            shown = "".join(
                f", {to_sql(each.formula, scope)} as {_quoted(each.name)}" for each in ready
            )
            yield f"layer{depth + 1} as (select layer{depth}.*{shown} from layer{depth})"
            depth += 1
            known |= {each.name for each in ready}
            waiting = [each for each in waiting if each not in ready]
        yield f"counted as (select * from layer{depth})"

    def _known(self, name: str) -> str:
        if name not in self._source.columns:
            raise KeyError(name)
        return _quoted(name)

    def _outer(self, formula: str) -> str:
        def field(name: str) -> str:
            column = self._source.columns[name]
            return (
                f"({self._outer(column.formula)})"
                if self._source.is_aggregate(name)
                else _quoted(name)
            )

        return to_sql(formula, Scope(field, self._parameter, "counted"))

    def _parameter(self, name: str) -> str:
        return _literal(self._book.parameters[name].get("value", ""))

    def _conditions(self) -> Iterator[str]:
        for each in self._sheet.filters:
            yield from self._condition(each)

    def _condition(self, filter_: Element) -> Iterator[str]:
        (found,) = QUALIFIED.findall(filter_.get("column", ""))
        chosen = filter_.find("groupfilter")
        if found[1] in GENERATED or chosen is None:
            return
        value = self._value(self._sheet.instances[found])
        if chosen.get("function") == "end":
            yield self._first(value, chosen)
            return
        members = [each.get("member") for each in chosen.iter("groupfilter")]
        named = ", ".join(_literal(each) for each in members if each)
        if named:
            among = "not in" if chosen.get("function") == "except" else "in"
            yield f"{value} {among} ({named})"

    def _first(self, value: str, chosen: Element) -> str:
        """The first by a measure, of what the filters of the context leave."""
        order = next(each for each in chosen.iter("groupfilter") if each.get("function") == "order")
        context = [
            condition
            for each in self._sheet.filters
            if each.get("context") == "true"
            for condition in self._condition(each)
        ]
        where = f" where {' and '.join(context)}" if context else ""
        by = self._outer(order.get("expression", ""))
        return (
            f"{value} in (select {value} from counted{where} group by {value} "
            f"order by {by} desc nulls last limit {int(chosen.get('count', ''))})"
        )


def _encodings(sheet: Worksheet) -> list[str]:
    return [each.get("column", "") for each in sheet.element.iterfind(".//encodings/*")]


def _base(source: DataSource) -> str:
    columns = ", ".join(
        f"{_quoted(table)}.{_quoted(column)} as {_quoted(name)}"
        for name, (table, column) in source.places.items()
    )
    assert source.relation is not None
    return f"select {columns} from {_from(source.relation)}"


def _from(relation: Element) -> str:
    if relation.get("type") == "table":
        # on BigQuery the same table stands in a dataset
        (_, table), *_ = QUALIFIED.findall(relation.get("table", ""))
        return f"{_quoted(EXTRACT_SCHEMA)}.{_quoted(table)} as {_quoted(relation.get('name', ''))}"
    left, right = relation.findall("relation")
    sides = [each.get("op", "") for each in relation.iterfind("./clause/expression/expression")]
    equal = " = ".join(
        f"{_quoted(table)}.{_quoted(column)}"
        for side in sides
        for table, column in QUALIFIED.findall(side)
    )
    return f"({_from(left)} {relation.get('join', 'inner')} join {_from(right)} on {equal})"


def _quoted(name: str) -> str:
    doubled = name.replace('"', '""')
    return f'"{doubled}"'


def _literal(value: str) -> str:
    if value.startswith('"'):
        inner = value[1:-1].replace("'", "''")
        return f"'{inner}'"
    return value
