"""The warehouse of target bigquery: BigQuery itself, through Google's clients."""
