"""The marks of a pane as XML: what they are, what their colour, size and words stand for."""

from xml.etree.ElementTree import Element

from tableau.formatted import formatted
from tableau.markup import element
from tableau.sheets import Pane, Run, Sheet, replaced, uses_in
from tableau.sources import GENERATED
from tableau.styles import MUTED


def pane(sheet: Sheet, pane_: Pane, at: int) -> Element:
    """The pane numbered ``at``."""
    source = sheet.source
    axis = source.qualified(pane_.axis) if pane_.axis else None
    return element(
        "pane",
        element("view", element("breakdown", value="auto")),
        element("mark", class_=pane_.mark),
        _encodings(sheet, pane_),
        _tooltip(sheet),
        _label(sheet, pane_),
        _style(pane_),
        id=at or None,
        selection_relaxation_option="selection-relaxation-allow",
        x_axis_name=axis if pane_.across else None,
        y_axis_name=None if pane_.across else axis,
    )


def _encodings(sheet: Sheet, pane_: Pane) -> Element | None:
    """Every encoding; what only the words speak of becomes part of the tooltip's."""
    given = [
        *(("color", use) for use in (pane_.colour,) if use and not use.startswith("#")),
        *(("size", use) for use in (pane_.size,) if use),
        *(("text", use) for use in pane_.text),
        *(("lod", use) for use in pane_.detail),
    ]
    shown = {use for _, use in given} | set(uses_in(sheet.rows)) | set(uses_in(sheet.cols))
    said = [use for line in sheet.tooltip for use in uses_in(line)]
    said += [use for run in pane_.label for use in uses_in(run.text)]
    given += [("tooltip", use) for use in dict.fromkeys(said) if use not in shown]
    if not given:
        return None
    return element(
        "encodings",
        *(element(kind, column=sheet.source.qualified(use)) for kind, use in given),
    )


def _tooltip(sheet: Sheet) -> Element | None:
    if not sheet.tooltip:
        return None
    runs = []
    for at, line in enumerate(sheet.tooltip):
        name, _, value = line.rpartition(": ") if ": {" in line else ("", "", line)
        if name:
            runs.append(Run(f"{name}: ", colour=MUTED))
        end = "" if at == len(sheet.tooltip) - 1 else "\n"
        runs.append(Run(_said(value, sheet) + end, bold=True))
    return element("customized-tooltip", formatted(runs))


def _label(sheet: Sheet, pane_: Pane) -> Element | None:
    if not pane_.label:
        return None
    runs = [Run(_said(run.text, sheet), run.size, run.bold, run.colour) for run in pane_.label]
    return element("customized-label", formatted(runs))


def _said(text: str, sheet: Sheet) -> str:
    assert not set(uses_in(text)) & set(GENERATED)
    return replaced(text, sheet.source, "<%s>")


def _style(pane_: Pane) -> Element | None:
    labelled = pane_.labelled or bool(pane_.label)
    formats: list[tuple[str, object]] = []
    if pane_.colour.startswith("#"):
        formats.append(("mark-color", pane_.colour))
    if pane_.opacity < 255:
        formats.append(("mark-transparency", pane_.opacity))
    if labelled:
        formats += [("mark-labels-show", True), ("mark-labels-cull", not pane_.label)]
    if not formats:
        return None
    rule = (element("format", attr=attr, value=value) for attr, value in formats)
    return element("style", element("style-rule", *rule, element="mark"))
