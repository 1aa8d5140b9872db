"""A worksheet as XML."""

import re
from xml.etree.ElementTree import Element

from tableau import ids, parameters
from tableau.datasource import column, column_instance, link
from tableau.fields import Field
from tableau.filters import categorical, slices
from tableau.formatted import formatted
from tableau.marks import pane
from tableau.markup import element
from tableau.sheets import Run, Sheet, shelf
from tableau.sources import MEASURE_NAMES, Source, references
from tableau.styles import MUTED, sheet_style

_PARAMETER = re.compile(rf"\[{parameters.PARAMETERS}\]\.\[([^\[\]]+)\]")


def worksheet(sheet: Sheet, currency: str) -> Element:
    """The sheet, with everything that it depends on."""
    source = sheet.source
    fields = needed_fields(source, [source.use(use).field for use in sheet.uses])
    chosen = needed_parameters(fields)
    view = element(
        "view",
        element(
            "datasources",
            link(source),
            element("datasource", name=parameters.PARAMETERS) if chosen else None,
        ),
        dependencies_on_parameters(chosen) if chosen else None,
        dependencies(source, fields, sheet.uses, currency),
        *(categorical(sheet, each) for each in sheet.filters),
        *(_measures_shown(sheet) if sheet.values else ()),
        _sort(sheet) if sheet.sort else None,
        slices(sheet),
        element("aggregation", value=True),
    )
    return element(
        "worksheet",
        element("layout-options", _title(sheet)) if sheet.titled else None,
        element(
            "table",
            view,
            sheet_style(sheet),
            element("panes", *(pane(sheet, each, at) for at, each in enumerate(sheet.panes))),
            element("rows", text=shelf(sheet.rows, source)),
            element("cols", text=shelf(sheet.cols, source)),
        ),
        element("simple-id", uuid=ids.simple_id("worksheet", sheet.name)),
        name=sheet.name,
    )


def dependencies(source: Source, fields: list[Field], uses: list[str], currency: str) -> Element:
    """The fields of a source that a view or an action needs, and how it uses them."""
    return element(
        "datasource-dependencies",
        *(column(each, currency) for each in fields),
        *(column_instance(source.use(use)) for use in uses),
        datasource=source.name,
    )


def dependencies_on_parameters(chosen: list[parameters.Parameter]) -> Element:
    return element(
        "datasource-dependencies",
        *(parameters.column(each) for each in chosen),
        datasource=parameters.PARAMETERS,
    )


def needed_fields(source: Source, fields: list[Field]) -> list[Field]:
    """The fields and those that their formulas speak of, in the order of their names."""
    found: dict[str, Field] = {}
    waiting = list(fields)
    while waiting:
        each = waiting.pop()
        if each.name not in found:
            found[each.name] = each
            waiting += [source.by_name[name] for name in references(each.formula)]
    return [found[name] for name in sorted(found)]


def needed_parameters(fields: list[Field]) -> list[parameters.Parameter]:
    """The parameters that the formulas ask."""
    names = {name for each in fields for name in _PARAMETER.findall(each.formula)}
    return [each for each in parameters.ALL if each.name in names]


def _title(sheet: Sheet) -> Element:
    runs = [Run("<Sheet Name>", size=12, bold=True)]
    if sheet.note:
        runs.append(Run(f"\n{sheet.note}", size=9, colour=MUTED))
    return element("title", formatted(runs))


def _measures_shown(sheet: Sheet) -> tuple[Element, Element]:
    """Which measures Measure Values takes, and their order, which else would be the alphabet's."""
    names = sheet.source.qualified(MEASURE_NAMES)
    measures = [f'"{sheet.source.qualified(use)}"' for use in sheet.values]
    level = f"[{MEASURE_NAMES}]"
    chosen = element(
        "groupfilter",
        *(element("groupfilter", function="member", level=level, member=m) for m in measures),
        function="union",
        user_op="manual",
    )
    order = element("dictionary", *(element("bucket", text=each) for each in measures))
    return (
        element("filter", chosen, class_="categorical", column=names),
        element("manual-sort", order, column=names, direction="ASC"),
    )


def _sort(sheet: Sheet) -> Element:
    assert sheet.sort
    by, measure = sheet.sort
    return element(
        "computed-sort",
        column=sheet.source.qualified(by),
        direction="ASC" if sheet.ascending else "DESC",
        using=sheet.source.qualified(measure),
    )
