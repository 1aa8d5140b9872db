"""The one error that people are meant to read."""


class EsynapseError(Exception):
    """Something a person can mend: one line that says what is wrong, where, and what to do.

    The command line prints it without a traceback and exits with code 2; a flow fails with it.
    """
