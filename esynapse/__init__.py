"""ESynapse: an end-to-end e-commerce data pipeline."""

__version__ = "0.1.0"
