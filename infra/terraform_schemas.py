"""Write the columns of the raw tables for the Terraform module: infra/terraform/schemas/*.json."""

import json
from pathlib import Path

from esynapse.warehouse.bigquery.columns import columns
from esynapse.warehouse.raw_tables import CATALOG_TABLES, RAW_TABLES

FOLDER = Path(__file__).parent / "terraform" / "schemas"


def schema_files() -> dict[str, str]:
    """What is to be in the folder, by the name of the file."""
    return {
        f"{name}.json": json.dumps(columns(schema), indent=2) + "\n"
        for name, schema in (RAW_TABLES | CATALOG_TABLES).items()
    }


if __name__ == "__main__":
    for name, text in schema_files().items():
        (FOLDER / name).write_text(text)
