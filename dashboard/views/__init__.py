"""One script for each page; app.py runs the one that is chosen."""
