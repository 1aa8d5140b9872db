"""Clients of BigQuery: Google's service, or an emulator where the settings name one."""

from typing import TYPE_CHECKING

from esynapse.settings import Settings
from esynapse.warehouse.bigquery.errors import explained

if TYPE_CHECKING:
    from google.api_core.retry import Retry
    from google.cloud.bigquery import Client
    from google.cloud.bigquery_storage_v1 import BigQueryReadClient

MAX_MESSAGE_BYTES = 128 * 1024 * 1024
"""Of an answer of the Storage API; a block of rows is 100 MB at most."""
RETRY_SECONDS = 120.0
"""How long a call is tried; the client's own retry would go on for ten minutes without a word."""


def retries() -> "Retry":
    """When a call to BigQuery is tried again, and for how long."""
    from google.cloud.bigquery.retry import DEFAULT_RETRY

    return DEFAULT_RETRY.with_timeout(RETRY_SECONDS)


def job_retries() -> "Retry":
    """When a job that failed is started again, as another job, and for how long."""
    from google.cloud.bigquery.retry import DEFAULT_JOB_RETRY

    return DEFAULT_JOB_RETRY.with_timeout(RETRY_SECONDS)


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


def storage_client(settings: Settings, client: "Client") -> "BigQueryReadClient | None":
    """A client of the Storage Read API, which hands rows over as Arrow; None: take them over REST.

    It is signed in as ``client`` is.
    """
    if settings.bigquery_endpoint and not settings.bigquery_storage_endpoint:
        return None
    from google.cloud.bigquery_storage_v1 import BigQueryReadClient

    if not settings.bigquery_storage_endpoint:
        return BigQueryReadClient(credentials=client._credentials)
    import grpc
    from google.cloud.bigquery_storage_v1.services.big_query_read.transports import (
        BigQueryReadGrpcTransport,
    )

    channel = grpc.insecure_channel(
        settings.bigquery_storage_endpoint,
        options=[("grpc.max_receive_message_length", MAX_MESSAGE_BYTES)],
    )
    return BigQueryReadClient(transport=BigQueryReadGrpcTransport(channel=channel))
