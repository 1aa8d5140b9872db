"""The workbook's data sources, of the marts that the dashboard reads too."""
