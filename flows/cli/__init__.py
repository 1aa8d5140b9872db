"""The command line: `esynapse …`."""

import errno
import logging
import sqlite3
import sys
import traceback

import click

from esynapse import __version__
from esynapse.errors import EsynapseError
from flows.quiet import hush_interpreter_exit

USAGE_ERROR, INTERNAL_ERROR, INTERRUPTED = 2, 1, 130


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="esynapse")
def cli() -> None:
    """An end-to-end e-commerce data pipeline: shop, Pub/Sub, dbt marts, forecasts, dashboard."""


def main(arguments: list[str] | None = None) -> None:
    """Entry point of the console script; every error is one line on standard error.

    Exit codes: 0 done, 1 a fault of ours, 2 something the person can mend, 130 interrupted.
    """
    # They add their commands to the group.
    from flows.cli import (  # noqa: F401
        bench,
        cloud,
        data,
        deadletter,
        provision,
        run,
        shop,
        tableau,
    )

    hush_interpreter_exit()
    arguments = sys.argv[1:] if arguments is None else arguments
    debug = "--debug" in arguments
    logging.raiseExceptions = debug  # a log that cannot be written (disk full) is not the news
    try:
        cli.main([a for a in arguments if a != "--debug"], standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(INTERRUPTED)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except click.ClickException as error:
        _fail(error.format_message(), USAGE_ERROR)
    except EsynapseError as error:
        if debug:
            traceback.print_exc()
        _fail(str(error), USAGE_ERROR)
    except sqlite3.OperationalError as error:
        if debug:
            traceback.print_exc()
        _fail(
            f"the disk is full or fails ({error}): free some space, then run it again", USAGE_ERROR
        )
    except OSError as error:
        if debug:
            traceback.print_exc()
        if error.errno == errno.ENOSPC:
            _fail("the disk is full: free some space, then run it again", USAGE_ERROR)
        _fail(f"{error.strerror or error} ({error.filename or 'no file'})", USAGE_ERROR)
    except Exception as error:  # noqa: BLE001 - the last line of defence against a traceback
        if debug:
            traceback.print_exc()
        first = (str(error).splitlines() or [""])[0]
        _fail(f"{type(error).__name__}: {first} (--debug shows where)", INTERNAL_ERROR)


def _fail(message: str, code: int) -> None:
    click.echo(f"esynapse: {message}", err=True)
    sys.exit(code)
