"""Clients of BigQuery: Google's service, or an emulator where the settings name one."""

from typing import TYPE_CHECKING

from esynapse.settings import Settings
from esynapse.warehouse.bigquery.errors import explained

if TYPE_CHECKING:
    from google.api_core.retry import Retry
    from google.cloud.bigquery import Client

RETRY_SECONDS = 120.0
"""How long a call is tried; the client's own retry would go on for ten minutes without a word."""


def retries() -> "Retry":
    """When a call to BigQuery is tried again, and for how long."""
    from google.cloud.bigquery.retry import DEFAULT_RETRY

    return DEFAULT_RETRY.with_timeout(RETRY_SECONDS)


def bigquery_client(settings: Settings) -> "Client":
    """A client of the project, whose jobs run where the datasets are.

    Raises:
        EsynapseError: nobody is signed in.
    """
    from google.cloud.bigquery import Client

    options = {"project": settings.project, "location": settings.location}
    if settings.bigquery_endpoint:
        from google.api_core.client_options import ClientOptions
        from google.auth.credentials import AnonymousCredentials

        return Client(
            credentials=AnonymousCredentials(),
            client_options=ClientOptions(api_endpoint=settings.bigquery_endpoint),
            **options,
        )
    with explained("the sign-in"):
        return Client(**options)
