"""The steps of the pipeline: each composes the library's parts, knows no orchestrator, and can be
run again at any time. The flows and the command line call these."""
