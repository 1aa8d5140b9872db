"""Prefect's blocks of Google Cloud, for flows that people write beside ours.

They hold no key: whoever runs a flow with them is signed in as the machine or the person is.
"""

from esynapse.settings import Settings
from esynapse.warehouse.bigquery.errors import explained

NAME = "esynapse"


def register_blocks(settings: Settings) -> list[str]:
    """Save ``gcp-credentials/esynapse`` and ``bigquery-warehouse/esynapse``; their names.

    Blocks of these names are replaced.

    Raises:
        EsynapseError: nobody is signed in; the blocks try that when they are made.
    """
    from prefect_gcp import BigQueryWarehouse, GcpCredentials

    with explained("the sign-in"):
        credentials = GcpCredentials(project=settings.project)
        warehouse = BigQueryWarehouse(gcp_credentials=credentials)
    credentials.save(NAME, overwrite=True)
    warehouse.save(NAME, overwrite=True)
    return [f"gcp-credentials/{NAME}", f"bigquery-warehouse/{NAME}"]
