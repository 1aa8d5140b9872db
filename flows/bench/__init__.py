"""`esynapse bench`: the figures of the README, measured from outside the processes."""
