"""Fields, calculations and parameters: does every one that is named exist, and make sense?"""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from tableau.check.book import Book, Column, DataSource, Worksheet
from tableau.check.formula import FormulaError, Scope, fields_in, to_sql
from tableau.check.relations import TYPES
from tableau.fields import DERIVATIONS
from tableau.parameters import PARAMETERS
from tableau.sources import GENERATED

ROLES = frozenset({"dimension", "measure"})
_SUFFIXES = {"quantitative": "qk", "ordinal": "ok", "nominal": "nk"}


def problems(book: Book) -> Iterator[str]:
    """What is wrong with fields, where they are defined and where they are used."""
    for name, parameter in book.parameters.items():
        yield from _parameter(name, parameter)
    for source in book.sources.values():
        for problem in _source(book, source):
            yield f"data source {source.caption}: {problem}"
    for sheet in book.worksheets.values():
        for problem in _sheet(book, sheet):
            yield f"worksheet {sheet.name}: {problem}"


def _parameter(name: str, column: Element) -> Iterator[str]:
    members = [each.get("value") for each in column.iterfind("./members/member")]
    if column.get("value") not in members:
        yield f"parameter {name}: its value is none of those that it may take"
    calculation = column.find("calculation")
    if calculation is None or calculation.get("formula") != column.get("value"):
        yield f"parameter {name}: its formula is not its value"


def _source(book: Book, source: DataSource) -> Iterator[str]:
    for column in source.columns.values():
        if column.datatype not in TYPES:
            yield f"[{column.name}] has no type of Tableau's"
        if column.role not in ROLES:
            yield f"[{column.name}] has no role of Tableau's"
        if column.formula:
            yield from _formula(book, source, column)
        elif column.name not in source.places:
            yield f"[{column.name}] is no column of its tables, and no calculation"
    for name in source.places:
        if name not in source.columns:
            yield f"[{name}] is not declared"
    captions = [each.get("caption", "") for each in source.element.iterfind("column")]
    for caption in sorted({each for each in captions if captions.count(each) > 1}):
        yield f"two fields are called {caption!r}: Tableau drops one of them"
    yield from _palettes(source)


def _formula(book: Book, source: DataSource, column: Column) -> Iterator[str]:
    def field(name: str) -> str:
        source.columns[name]
        return "x"

    def parameter(name: str) -> str:
        book.parameters[name]
        return "x"

    try:
        to_sql(column.formula, Scope(field, parameter, "rows"))
    except FormulaError as error:
        yield f"[{column.name}]: {error}"


def _palettes(source: DataSource) -> Iterator[str]:
    declared = {each.get("name") for each in source.element.iterfind("column-instance")}
    for each in source.element.iterfind("./style/style-rule/encoding"):
        field = each.get("field")
        if field not in declared and field not in {f"[{name}]" for name in GENERATED}:
            yield f"colours of {field}, which is not declared"


def _sheet(book: Book, sheet: Worksheet) -> Iterator[str]:
    for name, columns in sheet.declared("column").items():
        if name == PARAMETERS:
            known = {f"[{each}]" for each in book.parameters}
            yield from (
                f"there is no parameter {each.get('name')}"
                for each in columns
                if each.get("name") not in known
            )
        elif name in book.sources:
            yield from _copies(book.sources[name], columns)
    for (name, instance), element in sheet.instances.items():
        if name in book.sources:
            declared = {each.get("name") for each in sheet.declared("column")[name]}
            yield from _instance(book.sources[name], instance, element, declared)
    yield from _missing(book, sheet)


def _copies(source: DataSource, columns: list[Element]) -> Iterator[str]:
    for each in columns:
        copy = Column.of(each)
        if copy.name not in source.columns:
            yield f"there is no [{copy.name}] in {source.caption}"
        elif copy != source.columns[copy.name]:
            yield f"[{copy.name}] is another one in {source.caption}"


def _instance(
    source: DataSource, name: str, element: Element, declared: set[str | None]
) -> Iterator[str]:
    prefix, _, rest = name.partition(":")
    column = element.get("column", "")
    if column not in declared:
        yield f"[{name}] is of {column}, which the sheet does not declare"
    if element.get("derivation") not in DERIVATIONS.values():
        yield f"there is no derivation {element.get('derivation')!r}"
    elif DERIVATIONS.get(prefix) != element.get("derivation"):
        yield f"[{name}] does not bear its derivation, {element.get('derivation')}"
    if rest != f"{column[1:-1]}:{_SUFFIXES.get(element.get('type', ''))}":
        yield f"[{name}] does not bear its field and type"
    if (element.get("derivation") == "User") != source.is_aggregate(column[1:-1]):
        yield f"[{name}] aggregates twice or not at all"


def _missing(book: Book, sheet: Worksheet) -> Iterator[str]:
    """What the formulas of a sheet speak of has to be declared there too."""
    for name, columns in sheet.declared("column").items():
        if name not in book.sources:
            continue
        declared = {each.get("name", "")[1:-1] for each in columns}
        for each in columns:
            formula = Column.of(each).formula
            try:
                missing = fields_in(formula) - declared if formula else set()
            except FormulaError:
                continue  # said of the data source
            yield from (f"{each.get('name')} speaks of [{field}], undeclared" for field in missing)
