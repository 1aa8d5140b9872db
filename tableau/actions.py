"""What a click does: it filters other sheets, of the same dashboard or of another one."""

from dataclasses import dataclass
from urllib.parse import quote
from uuid import UUID
from xml.etree.ElementTree import Element

from tableau import ids
from tableau.datasource import link
from tableau.markup import element
from tableau.sheets import Sheet
from tableau.sources import Source
from tableau.worksheet import dependencies, needed_fields

ON_SELECT, ON_MENU = "on-select", "explicit"


@dataclass(frozen=True)
class Action:
    """Choosing marks of ``origin`` keeps, in ``target``, the rows with the same values."""

    caption: str
    origin: Sheet
    fields: tuple[str, ...]
    """Names that both sides give the fields."""
    targets: tuple[Sheet, ...]
    """The sheets that are filtered."""
    target: str = ""
    """Another dashboard; '' for the one that it belongs to."""
    activation: str = ON_SELECT

    @property
    def sources(self) -> list[Source]:
        """The data sources on the target's side, each once."""
        found = {sheet.source.name: sheet.source for sheet in self.targets}
        return list(found.values())


def actions(given: list[tuple[str, Action, list[str]]], currency: str) -> Element:
    """All actions: each with its dashboard, and the sheets of its target dashboard."""
    sources: dict[str, tuple[Source, set[str]]] = {}
    for _, each, _ in given:
        for source in (each.origin.source, *each.sources):
            sources.setdefault(source.name, (source, set()))[1].update(each.fields)
    return element(
        "actions",
        *(_action(at, *each) for at, each in enumerate(given, 1)),
        element("datasources", *(link(source) for source, _ in sources.values())),
        *(
            dependencies(
                source,
                needed_fields(source, [source.fields[name] for name in sorted(names)]),
                [],
                currency,
            )
            for source, names in sources.values()
        ),
    )


def _action(at: int, dashboard: str, action: Action, sheets: list[str]) -> Element:
    target = action.target or dashboard
    spared = [name for name in sheets if name not in {each.name for each in action.targets}]
    identifier = UUID(ids.simple_id("action", dashboard, action.caption)).hex.upper()
    return element(
        "action",
        element("activation", auto_clear=True, type=action.activation),
        element("source", dashboard=dashboard, type="sheet", worksheet=action.origin.name),
        element(
            "link",
            caption=action.caption,
            delimiter=",",
            escape="\\",
            expression=_expression(action, target),
            include_null=True,
            multi_select=True,
            url_escape=True,
        ),
        element(
            "command",
            element("param", name="exclude", value=",".join(spared)) if spared else None,
            element("param", name="target", value=target),
            command="tsc:tsl-filter",
        ),
        caption=action.caption,
        name=f"[Action{at}_{identifier}]",
    )


def _expression(action: Action, target: str) -> str:
    origin = action.origin.source.name
    pairs = (
        f"{quote(f'[{source.name}].[{name}]', safe='')}~s0=<[{origin}].[{name}]~na>"
        for source in action.sources
        for name in action.fields
    )
    return f"tsl:{quote(target, safe='')}?{'&'.join(pairs)}"
