"""Colours and sizes of the sketches."""

from dashboard.colours import HEALTH, MUTED, PROMOTION

COLOURS = {
    **HEALTH,
    "Running": PROMOTION,
    "Promotion": PROMOTION,
    "On sale": PROMOTION,
    "All": MUTED,
}
"""Of what the workbook colours; see also the data sources' own colours."""
ROW = 11.0
"""Pixels of a line in a table."""
