"""The workbook as XML: one definition for every connection."""

from xml.etree.ElementTree import Element

from dashboard.colours import CATEGORICAL
from tableau import actions, ids, parameters
from tableau.connections import Connection
from tableau.dashboards import Dashboard, dashboard
from tableau.datasource import PALETTE, datasource
from tableau.markup import document, element
from tableau.sheets import Sheet
from tableau.sources import Source
from tableau.worksheet import worksheet

VERSION = "18.1"
"""Of the file format: what Tableau 2018.1 to 2025.3 save, and all newer ones open."""
MANIFEST = ("SheetIdentifierTracking", "SortTagCleanup", "WindowsPersistSimpleIdentifiers")
"""Features of later releases that the file makes use of, by name: identifiers of sheets, sorts by
a measure, identifiers of windows. Without them Tableau does not know these elements."""


def workbook(dashboards: tuple[Dashboard, ...], connection: Connection, currency: str) -> bytes:
    """The ``.twb`` file."""
    sheets = _sheets(dashboards)
    acting = [
        (each.name, action, [s.name for s in _of(dashboards, action.target or each.name).sheets])
        for each in dashboards
        for action in each.actions
    ]
    root = element(
        "workbook",
        element("document-format-change-manifest", *(element(name) for name in MANIFEST)),
        _preferences(),
        element(
            "datasources",
            parameters.datasource(),
            *(datasource(each, connection, currency) for each in sources(dashboards)),
        ),
        actions.actions(acting, currency),
        element("worksheets", *(worksheet(each, currency) for each in sheets)),
        element("dashboards", *(dashboard(each, currency) for each in dashboards)),
        _windows(dashboards, sheets),
        original_version=VERSION,
        source_build="0.0.0 (0000.0.0.0)",
        source_platform="win",
        version=VERSION,
    )
    return document(root)


def _of(dashboards: tuple[Dashboard, ...], name: str) -> Dashboard:
    return next(each for each in dashboards if each.name == name)


def _sheets(dashboards: tuple[Dashboard, ...]) -> list[Sheet]:
    found = {sheet.name: sheet for each in dashboards for sheet in each.sheets}
    return [found[name] for name in sorted(found)]


def sources(dashboards: tuple[Dashboard, ...]) -> list[Source]:
    """The data sources of all sheets, each once, by their captions."""
    found = {sheet.source.caption: sheet.source for sheet in _sheets(dashboards)}
    return [found[caption] for caption in sorted(found)]


def _preferences() -> Element:
    return element(
        "preferences",
        element("preference", name="ui.encoding.shelf.height", value=24),
        element("preference", name="ui.shelf.height", value=26),
        element(
            "color-palette",
            *(element("color", text=each) for each in CATEGORICAL),
            custom=True,
            name=PALETTE,
            type="regular",
        ),
    )


def _windows(dashboards: tuple[Dashboard, ...], sheets: list[Sheet]) -> Element:
    return element(
        "windows",
        *(_dashboard_window(each, first=at == 0) for at, each in enumerate(dashboards)),
        *(_sheet_window(each) for each in sheets),
        source_height=30,
    )


def _dashboard_window(given: Dashboard, *, first: bool) -> Element:
    return element(
        "window",
        element(
            "viewpoints",
            *(
                element("viewpoint", element("zoom", type=sheet.fit), name=sheet.name)
                for sheet in given.sheets
            ),
        ),
        element("active", id=-1),
        element("simple-id", uuid=ids.simple_id("window", given.name)),
        class_="dashboard",
        maximized=True if first else None,
        name=given.name,
    )


def _sheet_window(sheet: Sheet) -> Element:
    def strip(size: int, *cards: str) -> Element:
        return element("strip", *(element("card", type=card) for card in cards), size=size)

    left = element("edge", strip(160, "pages", "filters", "marks"), name="left")
    top = element(
        "edge",
        strip(2147483647, "columns"),
        strip(2147483647, "rows"),
        strip(31, "title"),
        name="top",
    )
    return element(
        "window",
        element("cards", left, top),
        element("viewpoint", element("zoom", type=sheet.fit)),
        element("simple-id", uuid=ids.simple_id("window", sheet.name)),
        class_="worksheet",
        hidden=True,
        name=sheet.name,
    )
