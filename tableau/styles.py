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
        _rule("worksheet", ("font-size", 9), ("color", INK)),
        _rule(
            "worksheet",
            ("display-field-labels", False, {"scope": "rows"}),
            ("display-field-labels", False, {"scope": "cols"}),
        ),
        _rule("gridline", ("line-visibility", "off")),
        _rule("zeroline", ("line-visibility", "off")),
        _rule("table-div", ("line-visibility", "off", {"scope": "rows"})),
    )


def _axes(sheet: Sheet) -> Element | None:
    source = sheet.source
    formats: list[Element] = []
    for use in sheet.hidden_axes:
        scope = "rows" if f"{{{use}}}" in sheet.rows else "cols"
        formats.append(
            element(
                "format",
                attr="display",
                class_="0",
                field=source.qualified(use),
                scope=scope,
                value=False,
            )
        )
    for use, words in sheet.axis_titles:
        scope = "rows" if f"{{{use}}}" in sheet.rows else "cols"
        formats.append(
            element(
                "format",
                attr="title",
                class_="0",
                field=source.qualified(use),
                scope=scope,
                value=words,
            )
        )
    if sheet.synchronized:
        scope = "rows" if f"{{{sheet.synchronized}}}" in sheet.rows else "cols"
        formats.append(
            element(
                "encoding",
                attr="space",
                class_="0",
                field=source.qualified(sheet.synchronized),
                field_type="quantitative",
                fold=True,
                scope=scope,
                synchronized=True,
                type="space",
            )
        )
    return element("style-rule", *formats, element="axis") if formats else None


def _rule(name: str, *formats: tuple[object, ...]) -> Element:
    made = []
    for attr, value, *more in formats:
        extra = more[0] if more else {}
        assert isinstance(extra, dict)
        made.append(element("format", attr=attr, value=value, **extra))
    return element("style-rule", *made, element=name)
