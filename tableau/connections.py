"""Where a workbook's data come from: packed into it, or live on BigQuery.

Only here do the two kinds of workbook differ: in the connection and in what a table is called.
"""

from dataclasses import dataclass
from typing import Protocol
from xml.etree.ElementTree import Element

from tableau import ids
from tableau.markup import element

EXTRACT_PATH = "Data/esynapse.hyper"
"""The extract inside the package."""
EXTRACT_SCHEMA = "Extract"

_SCOPES = " ".join(
    f"https://www.googleapis.com/auth/{name}"
    for name in ("bigquery", "userinfo.profile", "userinfo.email")
)


class Connection(Protocol):
    """A kind of connection."""

    @property
    def name(self) -> str:
        """What relations call it."""

    def named(self) -> Element:
        """Its ``<named-connection>``."""

    def table(self, mart: str) -> str:
        """A mart's table, as relations name it."""


@dataclass(frozen=True)
class Extract:
    """The Hyper file that is packed beside the workbook."""

    @property
    def name(self) -> str:
        return f"hyper.{ids.token('connection', 'extract')}"

    def named(self) -> Element:
        inner = element(
            "connection",
            authentication="auth-none",
            author_locale="en_US",
            class_="hyper",
            dbname=EXTRACT_PATH,
            default_settings="yes",
            schema=EXTRACT_SCHEMA,
            sslmode="",
            username="tableau_internal_user",
        )
        return element("named-connection", inner, caption="esynapse", name=self.name)

    def table(self, mart: str) -> str:
        return f"[{EXTRACT_SCHEMA}].[{mart}]"


@dataclass(frozen=True)
class BigQuery:
    """Tableau's own connector, signed in as whoever opens the workbook.

    Attributes as in https://help.tableau.com/current/pro/desktop/en-us/examples_googlebigquery.htm.
    """

    project: str
    dataset: str
    """Of the published marts."""
    billing: str
    """The project that pays for the queries."""

    @property
    def name(self) -> str:
        return f"bigquery.{ids.token('connection', 'bigquery')}"

    def named(self) -> Element:
        attributes = {
            "CATALOG": self.project,
            "EXECCATALOG": self.billing,
            "REDIRECT_URI": "",
            "SCOPE": _SCOPES,
            "authentication": "yes",
            "bq_schema": self.dataset,
            "class": "bigquery",
            "connection-dialect": "google-sql",
            "connection-protocol": "native-api",
            "login_title": "Sign in to Google BigQuery",
            "odbc-connect-string-extras": "",
            "project": self.project,
            "schema": self.dataset,
            "server": "googleapis.com/bigquery",
            "server-oauth": "",
            "username": "",
        }
        inner = Element("connection", attributes)
        return element("named-connection", inner, caption=self.project, name=self.name)

    def table(self, mart: str) -> str:
        return f"[{self.dataset}].[{mart}]"
