"""Somebody's own sales or events, a file of lines or Parquet, as events of the contract."""

from esynapse.ingest.importer.load import ImportReport, import_file
from esynapse.ingest.importer.mapping import Mapping, load_mapping

__all__ = ["ImportReport", "Mapping", "import_file", "load_mapping"]
