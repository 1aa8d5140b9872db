"""What a month on Google Cloud costs: bytes measured on simulated shops, times stated prices."""

from gcp_costs.figures import FIGURES, read_figures
from gcp_costs.month import Line, month
from gcp_costs.page import page_with, table

__all__ = ["FIGURES", "Line", "month", "page_with", "read_figures", "table"]
