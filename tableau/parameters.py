"""Parameters: what a viewer may choose for every view at once."""

from dataclasses import dataclass
from xml.etree.ElementTree import Element

from tableau.fields import DataType
from tableau.markup import element

PARAMETERS = "Parameters"
"""The data source that Tableau keeps them in."""


@dataclass(frozen=True)
class Parameter:
    """A choice of a few values."""

    name: str
    datatype: DataType
    default: str | int
    members: tuple[tuple[str | int, str], ...]
    """Value and what is shown for it."""

    @property
    def qualified(self) -> str:
        return f"[{PARAMETERS}].[{self.name}]"


METRICS = {
    "Net revenue": "net_revenue",
    "Gross revenue": "gross_revenue",
    "Refunds": "refunds",
    "Units": "units",
    "Views": "views",
}
"""What the metric may be → its column; an order of several products is no sum over them."""
METRIC = Parameter("Metric", "string", "Net revenue", tuple((name, name) for name in METRICS))
DAYS = Parameter(
    "Days",
    "integer",
    30,
    ((7, "7 days"), (30, "30 days"), (90, "90 days"), (365, "365 days")),
)
ALL = (METRIC, DAYS)


def datasource() -> Element:
    """The data source of all parameters."""
    return element(
        "datasource",
        element("aliases", enabled="yes"),
        *(column(each) for each in ALL),
        hasconnection=False,
        inline=True,
        name=PARAMETERS,
        version="18.1",
    )


def column(parameter: Parameter) -> Element:
    """A parameter as a column, with the values that it may take."""
    default = literal(parameter.default)
    named = [(value, shown) for value, shown in parameter.members if str(value) != shown]
    return element(
        "column",
        element("calculation", class_="tableau", formula=default),
        element(
            "aliases",
            *(element("alias", key=literal(value), value=shown) for value, shown in named),
        )
        if named
        else None,
        element(
            "members",
            *(
                element("member", value=literal(value), alias=shown if named else None)
                for value, shown in parameter.members
            ),
        ),
        alias=dict(parameter.members)[parameter.default] if named else None,
        caption=parameter.name,
        datatype=parameter.datatype,
        name=f"[{parameter.name}]",
        param_domain_type="list",
        role="measure",
        type="quantitative" if parameter.datatype == "integer" else "nominal",
        value=default,
    )


def literal(value: str | int) -> str:
    """A value as Tableau writes it: text in quotes."""
    return f'"{value}"' if isinstance(value, str) else str(value)
