"""A data source as XML: its connection, its tables, its fields and their colours."""

from xml.etree.ElementTree import Element

from dashboard.formats import currency_sign
from tableau.connections import Connection
from tableau.fields import AMOUNT, PRICE, Field, Instance
from tableau.markup import element
from tableau.parameters import literal
from tableau.sources import MEASURE_NAMES, Join, Source

PALETTE = "ESynapse"
"""The colours of categories, in the order of their names."""
_OLE_TYPES = {
    "string": "129",
    "integer": "20",
    "real": "5",
    "boolean": "11",
    "date": "7",
    "datetime": "7",
}
"""Numbers of OLE DB's types, which Tableau keeps for each column."""
_AGGREGATIONS = {"integer": "Sum", "real": "Sum", "date": "Year", "datetime": "Year"}


def datasource(source: Source, connection: Connection, currency: str) -> Element:
    """The data source; amounts are shown in ``currency``, a code of ISO 4217."""
    return element(
        "datasource",
        element(
            "connection",
            element("named-connections", connection.named()),
            _relation(source, connection),
            element(
                "cols",
                *(
                    element("map", key=f"[{name}]", value=f"[{mart}].[{name}]")
                    for name, (mart, _) in sorted(source.columns.items())
                ),
            ),
            element("metadata-records", *_records(source)),
            class_="federated",
        ),
        element("aliases", enabled="yes"),
        *(column(each, currency) for _, each in sorted(source.fields.items())),
        *_coloured_instances(source),
        element(
            "layout",
            dim_ordering="alphabetic",
            measure_ordering="alphabetic",
            show_structure="true",
        ),
        _colours(source),
        caption=source.caption,
        inline=True,
        name=source.name,
        version="18.1",
    )


def link(source: Source) -> Element:
    """How a sheet names the data source that it uses."""
    return element("datasource", caption=source.caption, name=source.name)


def column(field: Field, currency: str) -> Element:
    """A field's ``<column>``, the same wherever it stands."""
    return element(
        "column",
        element("calculation", class_="tableau", formula=field.formula) if field.formula else None,
        element(
            "aliases",
            *(element("alias", key=_key(field, key), value=value) for key, value in field.aliases),
        )
        if field.aliases
        else None,
        element("desc", element("formatted-text", element("run", text=field.meaning)))
        if field.meaning
        else None,
        caption=field.caption,
        datatype=field.datatype,
        default_format=number_format(field, currency),
        name=f"[{field.name}]",
        role="measure" if field.is_measure else "dimension",
        type=field.type,
    )


def number_format(field: Field, currency: str) -> str | None:
    """Tableau's format of a field's values; None for its own choice."""
    if field.format not in (AMOUNT, PRICE):
        return field.format or None
    sign = currency_sign(currency)
    digits = "#,##0.00" if field.format == PRICE else "#,##0"
    return f'c"{sign}"{digits};-"{sign}"{digits}'


def _key(field: Field, key: str) -> str:
    return literal(key) if field.datatype == "string" else key


def _relation(source: Source, connection: Connection) -> Element:
    relation = _table(source.mart, connection)
    for join in source.joins:
        relation = _joined(relation, source.mart, join, connection)
    return relation


def _table(mart: str, connection: Connection) -> Element:
    return element(
        "relation",
        connection=connection.name,
        name=mart,
        table=connection.table(mart),
        type="table",
    )


def _joined(left: Element, mart: str, join: Join, connection: Connection) -> Element:
    equal = element(
        "expression",
        element("expression", op=f"[{mart}].[{join.left}]"),
        element("expression", op=f"[{join.mart}].[{join.right}]"),
        op="=",
    )
    return element(
        "relation",
        element("clause", equal, type="join"),
        left,
        _table(join.mart, connection),
        join="left",
        type="join",
    )


def _records(source: Source) -> list[Element]:
    return [
        element(
            "metadata-record",
            element("remote-name", text=name),
            element("remote-type", text=_OLE_TYPES[field.datatype]),
            element("local-name", text=f"[{name}]"),
            element("parent-name", text=f"[{mart}]"),
            element("remote-alias", text=name),
            element("ordinal", text=str(at)),
            element("local-type", text=field.datatype),
            element("aggregation", text=_AGGREGATIONS.get(field.datatype, "Count")),
            element("contains-null", text="true"),
            class_="column",
        )
        for at, (name, (mart, field)) in enumerate(source.columns.items())
    ]


def column_instance(instance: Instance) -> Element:
    """One use of a field, as a view or a palette declares it."""
    return element(
        "column-instance",
        column=f"[{instance.field.name}]",
        derivation=instance.derivation,
        name=f"[{instance.name}]",
        pivot="key",
        type=instance.type,
    )


def _coloured_instances(source: Source) -> list[Element]:
    return [column_instance(source.use(use)) for use, _ in source.colours if use != MEASURE_NAMES]


def _colours(source: Source) -> Element | None:
    if not source.colours:
        return None
    return element(
        "style",
        element(
            "style-rule",
            *(_palette(source, use, colours) for use, colours in source.colours),
            element="mark",
        ),
    )


def _palette(source: Source, use: str, colours: tuple[tuple[str, str], ...]) -> Element:
    def bucket(value: str) -> str:
        if use == MEASURE_NAMES:
            return f'"{source.qualified(value)}"'
        return _key(source.use(use).field, value)

    return element(
        "encoding",
        *(
            element("map", element("bucket", text=bucket(value)), to=colour)
            for value, colour in colours
        ),
        attr="color",
        field=f"[{use if use == MEASURE_NAMES else source.use(use).name}]",
        palette=None if colours else PALETTE,
        type="palette",
    )
