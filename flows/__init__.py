"""Prefect flows, thin: each composes steps of esynapse.pipeline. Also the command line."""
