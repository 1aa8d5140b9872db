"""Whatever one breaks in a workbook, the schema or the checks notice."""

from collections.abc import Callable
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest

from tableau.check.references import problems
from tests.tableau import xsd
from tests.tableau.conftest import Books

pytestmark = pytest.mark.slow

Damage = Callable[[Element], None]


def first(root: Element, path: str) -> Element:
    found = root.find(path)
    assert found is not None, path
    return found


def parent_of(root: Element, child: Element) -> Element:
    return next(each for each in root.iter() if child in list(each))


def setting(path: str, name: str, value: str) -> Damage:
    """Another value of an attribute."""

    def damage(root: Element) -> None:
        assert first(root, path).get(name) not in (None, value)
        first(root, path).set(name, value)

    return damage


def without(path: str, name: str = "") -> Damage:
    """Without an element, or without its attribute."""

    def damage(root: Element) -> None:
        found = first(root, path)
        if name:
            del found.attrib[name]
        else:
            parent_of(root, found).remove(found)

    return damage


def saying(path: str, old: str, new: str) -> Damage:
    """Other words in an element."""

    def damage(root: Element) -> None:
        found = next(e for e in root.iterfind(path) if old in (e.text or ""))
        found.text = (found.text or "").replace(old, new)

    return damage


def formula(old: str, new: str) -> Damage:
    """Another formula, wherever it stands."""

    def damage(root: Element) -> None:
        found = [e for e in root.iter("calculation") if old in e.get("formula", "")]
        assert found, old
        for each in found:
            each.set("formula", each.get("formula", "").replace(old, new))

    return damage


def twice(path: str) -> Damage:
    """An element two times."""

    def damage(root: Element) -> None:
        found = first(root, path)
        parent_of(root, found).append(found)

    return damage


SHEET = "./worksheets/worksheet[@name='Metric by day']"
VIEW = f"{SHEET}/table/view"
DASHBOARD = "./dashboards/dashboard[@name='Overview']"
SOURCE = "./datasources/datasource[@caption='Products']"
ACTION = "./actions/action"

DAMAGES: dict[str, Damage] = {
    "an unknown element": lambda root: first(root, SHEET).append(Element("chart")),
    "no aggregation": without(f"{VIEW}/aggregation"),
    "no identifier of a sheet": without(f"{SHEET}/simple-id"),
    "an identifier twice": lambda root: first(root, f"{SHEET}/simple-id").set(
        "uuid", first(root, "./worksheets/worksheet/simple-id").get("uuid", "")
    ),
    "a sheet twice": twice(SHEET),
    "an unknown mark": setting(f"{SHEET}//mark", "class", "Bars"),
    "a mark that Tableau has and we never use": setting(f"{SHEET}//mark", "class", "Polygon"),
    "a feature that the manifest conceals": without(
        "./document-format-change-manifest/SortTagCleanup"
    ),
    "no version": without(".", "version"),
    "a shelf with an undeclared field": saying(
        f"{SHEET}/table/rows", "sum:Calculation_chosen_metric:qk", "sum:profit:qk"
    ),
    "a shelf with a word on it": saying(f"{SHEET}/table/rows", "[", "by ["),
    "a shelf with a bracket too many": saying(f"{SHEET}/table/rows", "[federated", "([federated"),
    "a colour by an undeclared field": setting(f"{SHEET}//encodings/color", "column", "[x].[y]"),
    "a tooltip with an undeclared field": saying(
        f"{SHEET}//customized-tooltip//run", "none:category:nk", "none:colour:nk"
    ),
    "a tooltip with a field that is not in the view": saying(
        f"{SHEET}//customized-tooltip//run", "none:category:nk", "none:Calculation_is_now:nk"
    ),
    "a sheet of a data source that is not there": setting(
        f"{VIEW}/datasources/datasource", "name", "federated.gone"
    ),
    "an instance of an undeclared column": setting(
        f"{VIEW}/datasource-dependencies/column-instance", "column", "[profit]"
    ),
    "an unknown derivation": setting(
        f"{VIEW}//column-instance[@derivation='Sum']", "derivation", "Total"
    ),
    "a derivation that the name denies": setting(
        f"{VIEW}//column-instance[@derivation='Sum']", "derivation", "Avg"
    ),
    "a type that the name denies": setting(
        f"{VIEW}//column-instance[@derivation='Sum']", "type", "ordinal"
    ),
    "a copy of a field with another type": setting(
        f"{VIEW}//column[@name='[category]']", "datatype", "integer"
    ),
    "a copy of a field that a source lost": without(f"{SOURCE}/column[@name='[health_band]']"),
    "a filter without a slice": without(f"{VIEW}/slices/column"),
    "a filter on an undeclared field": setting(f"{VIEW}/filter", "column", "[x].[none:y:nk]"),
    "a filter by another level": setting(f"{VIEW}/filter/groupfilter", "level", "[none:y:nk]"),
    "a filter by an unknown function": setting(
        f"{VIEW}/filter/groupfilter", "function", "level-member"
    ),
    "a measure without quotes": setting(
        ".//groupfilter[@level='[:Measure Names]']", "member", "[a].[sum:units:qk]"
    ),
    "Measure Values of no measures": without(
        "./worksheets/worksheet[@name='Rates of each step']/table/view/filter[4]"
    ),
    "a sort by an undeclared measure": setting(
        ".//computed-sort", "using", "[federated.x].[sum:profit:qk]"
    ),
    "two fields of one name": setting(
        f"{SOURCE}/column[@name='[Calculation_products]']", "caption", "Category"
    ),
    "a tooltip with a name as it is": lambda root: first(root, f"{SHEET}//encodings").append(
        Element("tooltip", column=first(root, f"{SHEET}//encodings/color").get("column", ""))
    ),
    "a connection that Tableau would not have named": setting(
        f"{SOURCE}//named-connection", "name", "hyper.esynapse"
    ),
    "a formula without its end": formula("END", ""),
    "a formula with an unknown function": formula("DATEDIFF", "DAYSBETWEEN"),
    "a formula with too few arguments": formula("DATEDIFF('day', ", "DATEDIFF("),
    "a formula of a field that is not there": formula("net_revenue_before]", "last_revenue]"),
    "a formula of a parameter that is not there": formula(
        "[Parameters].[Days]", "[Parameters].[Weeks]"
    ),
    "a formula that no longer aggregates": formula("COUNTD([product_id])", "[product_id]"),
    "a parameter with a value that it may not take": setting(
        "./datasources/datasource[@name='Parameters']/column[@name='[Days]']", "value", "31"
    ),
    "an attribute that no connection has": lambda root: first(
        root, f"{SOURCE}//named-connection/connection"
    ).set("db-name", "esynapse"),
    "an unknown kind of connection": setting(
        f"{SOURCE}//named-connection/connection", "class", "excel-direct"
    ),
    "a table of a connection that is not there": setting(
        f"{SOURCE}//relation[@type='table']", "connection", "hyper.gone"
    ),
    "a table without its schema": setting(
        f"{SOURCE}//relation[@type='table']", "table", "product_kpis"
    ),
    "an unknown join": setting(f"{SOURCE}//relation[@type='join']", "join", "leftish"),
    "a join on a table that is not there": setting(
        f"{SOURCE}//clause/expression/expression", "op", "[orders].[product_id]"
    ),
    "a column of a table that is not there": setting(
        f"{SOURCE}//cols/map", "value", "[orders].[product_id]"
    ),
    "a column without metadata": without(f"{SOURCE}//metadata-record"),
    "metadata of another type": saying(f"{SOURCE}//local-type", "string", "integer"),
    "colours of an undeclared field": setting(
        f"{SOURCE}/style//encoding", "field", "[none:colour:nk]"
    ),
    "a zone of a sheet that is not there": setting(
        f"{DASHBOARD}/zones//zone[@name='Top products']", "name", "Worst products"
    ),
    "a zone of an unknown kind": setting(
        f"{DASHBOARD}/zones//zone[@type-v2='text']", "type-v2", "words"
    ),
    "a zone beyond the edge": setting(
        f"{DASHBOARD}/zones//zone[@name='Top products']", "x", "99999"
    ),
    "a number of a zone twice": lambda root: first(
        root, f"{DASHBOARD}/zones//zone[@name='Top products']"
    ).set("id", first(root, f"{DASHBOARD}/zones/zone").get("id", "")),
    "a control of a filter that the sheet has not": setting(
        f"{DASHBOARD}/zones//zone[@type-v2='filter']", "param", "[x].[none:colour:nk]"
    ),
    "a control of a parameter that is not there": setting(
        f"{DASHBOARD}/zones//zone[@type-v2='paramctrl']", "param", "[Parameters].[Weeks]"
    ),
    "a control of a parameter without its mode": without(
        f"{DASHBOARD}/zones//zone[@type-v2='paramctrl']", "mode"
    ),
    "a legend of a pane without colours": setting(
        ".//zone[@type-v2='color']", "pane-specification-id", "7"
    ),
    "no window of a dashboard": without("./windows/window[@name='Overview']"),
    "no window of a sheet": without("./windows/window[@name='Metric by day']"),
    "a window of a sheet that is not there": setting(
        "./windows/window[@name='Metric by day']", "name", "Metric by week"
    ),
    "a window without a view that its dashboard shows": without(
        "./windows/window[@name='Overview']/viewpoints/viewpoint"
    ),
    "an action that starts on a sheet that is elsewhere": setting(
        f"{ACTION}/source", "worksheet", "Product table"
    ),
    "an action that leads nowhere": setting(
        f"{ACTION}/command/param[@name='target']", "value", "Nowhere"
    ),
    "an action whose link leads elsewhere": setting(
        f"{ACTION}/link", "expression", "tsl:Funnel?%5Ba%5D.%5Bb%5D~s0=<[a].[b]~na>"
    ),
    "an action on a field that is not there": lambda root: first(root, f"{ACTION}/link").set(
        "expression",
        first(root, f"{ACTION}/link").get("expression", "").replace("category", "colour"),
    ),
    "an unknown command": setting(f"{ACTION}/command", "command", "tsc:filter"),
    "an action that spares all": lambda root: first(
        root, f"{ACTION}/command/param[@name='exclude']"
    ).set(
        "value",
        ",".join(
            each.get("name", "")
            for each in root.iterfind("./windows/window[@name='Overview']/viewpoints/viewpoint")
        ),
    ),
    "a password": lambda root: first(root, f"{SOURCE}//named-connection/connection").set(
        "password", "secret"
    ),
    "a path of the machine that built it": setting(
        f"{SOURCE}//named-connection/connection", "dbname", "/home/someone/esynapse.hyper"
    ),
    "an extract outside of the package": setting(
        f"{SOURCE}//named-connection/connection", "dbname", "../esynapse.hyper"
    ),
}


def test_the_damages_are_many() -> None:
    assert len(DAMAGES) >= 20


@pytest.mark.parametrize("name", DAMAGES)
def test_damage_is_noticed(books: Books, name: str) -> None:
    root = ElementTree.fromstring(books.twb)
    whole = ElementTree.tostring(root)
    DAMAGES[name](root)
    damaged = ElementTree.tostring(root)
    assert damaged != whole
    assert problems(damaged) or xsd.errors(damaged, "2026.2.0")
