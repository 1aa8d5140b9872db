"""Prefect's blocks of Google Cloud, for flows that people write beside ours.

They hold no key: whoever runs a flow with them is signed in as the machine or the person is.
"""

from esynapse.settings import Settings

NAME = "esynapse"


def register_blocks(settings: Settings) -> list[str]:
    """Save ``gcp-credentials/esynapse`` and ``bigquery-warehouse/esynapse``; their names.

    Blocks of these names are replaced.
    """
    from prefect_gcp import BigQueryWarehouse, GcpCredentials

    credentials = GcpCredentials(project=settings.project)
    credentials.save(NAME, overwrite=True)
    BigQueryWarehouse(gcp_credentials=credentials).save(NAME, overwrite=True)
    return [f"gcp-credentials/{NAME}", f"bigquery-warehouse/{NAME}"]
