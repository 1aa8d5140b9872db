"""What can be known of a workbook without Tableau: is all that it speaks of there, does it run."""
