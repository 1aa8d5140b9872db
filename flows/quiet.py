"""Keep the last words of the interpreter from people."""

import atexit
import os
import sys


def hush_interpreter_exit() -> None:
    """At exit, close standard error for the interpreter's last moments.

    DuckDB 2.0.0 reports leaks of its own bindings there, which nobody who reads it can mend.
    """
    atexit.register(_hush)


def _hush() -> None:
    sys.stderr.flush()
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
