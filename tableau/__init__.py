"""The Tableau workbook over the published marts: one definition, live on BigQuery or packed."""
