"""`python -m flows.cli`, for those without the console script."""

from flows.cli import main

main()
