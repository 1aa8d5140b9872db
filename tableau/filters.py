"""Filters of a sheet as XML."""

from xml.etree.ElementTree import Element

from tableau.markup import element
from tableau.parameters import literal
from tableau.sheets import Filter, Sheet
from tableau.sources import MEASURE_NAMES


def categorical(sheet: Sheet, filter_: Filter) -> Element:
    """A filter by values of a dimension: all of them, some, or the first by a measure."""
    return element(
        "filter",
        _selection(sheet, filter_),
        class_="categorical",
        column=sheet.source.qualified(filter_.use),
        context=filter_.context or None,
        filter_group=filter_.group,
    )


def slices(sheet: Sheet) -> Element | None:
    """The dimensions that a sheet is filtered by: without them Tableau drops their filters."""
    filtered = [each.use for each in sheet.filters] + ([MEASURE_NAMES] if sheet.values else [])
    if not filtered:
        return None
    return element(
        "slices", *(element("column", text=sheet.source.qualified(use)) for use in filtered)
    )


def _selection(sheet: Sheet, filter_: Filter) -> Element:
    level = f"[{sheet.source.use(filter_.use).name}]"
    everything = element(
        "groupfilter",
        function="level-members",
        level=level,
        user_ui_enumeration="all",
        user_ui_marker="enumerate",
    )
    if filter_.top:
        return _first(sheet, filter_, everything)
    if filter_.without:
        return _all_but(level, filter_.without)
    if filter_.members is None:
        return everything
    if len(filter_.members) == 1:
        return _member(level, filter_.members[0], outermost=True)
    return element(
        "groupfilter",
        *(_member(level, each) for each in filter_.members),
        function="union",
        user_ui_domain="database",
        user_ui_enumeration="inclusive",
        user_ui_marker="enumerate",
    )


def _all_but(level: str, member: str) -> Element:
    return element(
        "groupfilter",
        element("groupfilter", function="level-members", level=level),
        _member(level, member),
        function="except",
        user_ui_domain="database",
        user_ui_enumeration="exclusive",
        user_ui_marker="enumerate",
    )


def _member(level: str, value: str | bool, *, outermost: bool = False) -> Element:
    return element(
        "groupfilter",
        function="member",
        level=level,
        member=str(value).lower() if isinstance(value, bool) else literal(value),
        user_ui_domain="database" if outermost else None,
        user_ui_enumeration="inclusive" if outermost else None,
        user_ui_marker="enumerate" if outermost else None,
    )


def _first(sheet: Sheet, filter_: Filter, everything: Element) -> Element:
    ordered = element(
        "groupfilter",
        everything,
        direction="DESC",
        expression=sheet.source.spelled(filter_.by),
        function="order",
        user_ui_marker="order",
    )
    return element(
        "groupfilter",
        ordered,
        count=filter_.top,
        end="top",
        function="end",
        units="records",
        user_ui_marker="end",
        user_ui_top_by_field=True,
    )
