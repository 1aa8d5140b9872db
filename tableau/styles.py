"""How sheets look: little ink that says nothing."""

from xml.etree.ElementTree import Element

from tableau.markup import element
from tableau.sheets import Sheet

INK, MUTED = "#31333f", "#8a96a3"


def sheet_style(sheet: Sheet) -> Element:
    """The style of a sheet: its axes, its lines, its words."""
    return element(
        "style",
        _axes(sheet),
        _rule(
            "worksheet",
            element("format", attr="font-size", value=9),
            element("format", attr="color", value=INK),
            element("format", attr="display-field-labels", scope="rows", value=False),
            element("format", attr="display-field-labels", scope="cols", value=False),
        ),
        *(
            _rule(lines, element("format", attr="line-visibility", value="off"))
            for lines in ("gridline", "zeroline")
        ),
        _rule("table-div", element("format", attr="line-visibility", scope="rows", value="off")),
    )


def _axes(sheet: Sheet) -> Element | None:
    made = [_of_axis(sheet, use, "display", False) for use in sheet.hidden_axes]
    made += [_of_axis(sheet, use, "title", words) for use, words in sheet.axis_titles]
    if sheet.synchronized:
        made.append(
            element(
                "encoding",
                attr="space",
                class_="0",
                field=sheet.source.qualified(sheet.synchronized),
                field_type="quantitative",
                fold=True,
                scope=_scope(sheet, sheet.synchronized),
                synchronized=True,
                type="space",
            )
        )
    return _rule("axis", *made) if made else None


def _of_axis(sheet: Sheet, use: str, attr: str, value: object) -> Element:
    return element(
        "format",
        attr=attr,
        class_="0",
        field=sheet.source.qualified(use),
        scope=_scope(sheet, use),
        value=value,
    )


def _scope(sheet: Sheet, use: str) -> str:
    """The shelf that has the axis."""
    return "rows" if f"{{{use}}}" in sheet.rows else "cols"


def _rule(name: str, *formats: Element) -> Element:
    return element("style-rule", *formats, element=name)
