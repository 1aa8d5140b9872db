"""What dbt gives to a template, for sqlfluff: enough to render every model with our own macros.

Names of this module are names in the templates. Neither dbt nor a warehouse is asked: every model
is incremental, and the changed dates are not known. A macro of dbt's is a call that every dialect
can parse; what dbt makes of it is for the tests that compile.
"""

import datetime
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context


@pass_context
def _dispatch(context: Context, name: str) -> Any:
    """The macro of the target's engine, as dbt finds it."""
    return context.resolve(f"{context.resolve('target')['type']}__{name}")


@pass_context
def _quote(context: Context, name: str) -> str:
    mark = "`" if context.resolve("target")["type"] == "bigquery" else '"'
    return f"{mark}{name}{mark}"


def _call(name: str) -> Callable[..., str]:
    return lambda *arguments: f"{name}({', '.join(map(str, arguments))})"


def var(name: str, default: Any = None) -> Any:
    return default


def env_var(name: str, default: str = "") -> str:
    return default


adapter = SimpleNamespace(dispatch=_dispatch, quote=_quote)
dbt = SimpleNamespace(
    concat=" || ".join,
    date_trunc=_call("date_trunc"),
    dateadd=_call("date_add"),
    datediff=_call("date_diff"),
    is_incremental=lambda: True,
)
execute = False
modules = SimpleNamespace(datetime=datetime)
