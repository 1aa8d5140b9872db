"""Have Tableau itself check a workbook: python tableau/validate_online.py tableau/esynapse.twb

Tableau's REST API tells whether a workbook would open (Cloud since June 2026, Server 2026.2, API
3.29); nothing is published or kept. It takes a `.twb`, or the one inside of a `.twbx`. The
environment says who asks, by a personal access token that is never printed:

    TABLEAU_SERVER=https://10ax.online.tableau.com  TABLEAU_SITE=my-site
    TABLEAU_TOKEN_NAME=…  TABLEAU_TOKEN_SECRET=…

https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_workbooks_and_views.htm
"""

import os
import sys
import zipfile
from pathlib import Path
from typing import Any

import click
import httpx

API = "3.29"
VARIABLES = ("TABLEAU_SERVER", "TABLEAU_SITE", "TABLEAU_TOKEN_NAME", "TABLEAU_TOKEN_SECRET")
BOUNDARY = "a-boundary-that-no-workbook-has"
SECONDS = 60.0


class OnlineError(Exception):
    """Tableau could not be asked; one line says why."""


def validate(twb: bytes, client: httpx.Client, site: str, name: str, secret: str) -> list[str]:
    """What Tableau finds wrong with a workbook, a line each.

    Args:
        client: of the server, with ``https://…/api/3.29`` as its base.
        site: the site's content URL, '' for the default one.

    Raises:
        OnlineError: it does not let us in, or does not answer as it should.
    """
    token, site_id = _sign_in(client, site, name, secret)
    signed = {"X-Tableau-Auth": token, "Accept": "application/json"}
    try:
        answer = client.post(
            f"/sites/{site_id}/workbooks/validateWorkbook",
            content=_multipart(twb),
            headers=signed | {"Content-Type": f"multipart/mixed; boundary={BOUNDARY}"},
        )
        found = _json(answer, "validate the workbook")
        return [_line(each) for kind in ("errors", "warnings") for each in found.get(kind) or ()]
    finally:
        client.post("/auth/signout", headers=signed)


def _sign_in(client: httpx.Client, site: str, name: str, secret: str) -> tuple[str, str]:
    credentials = {
        "personalAccessTokenName": name,
        "personalAccessTokenSecret": secret,
        "site": {"contentUrl": site},
    }
    answer = client.post(
        "/auth/signin", json={"credentials": credentials}, headers={"Accept": "application/json"}
    )
    found = _json(answer, "sign in")["credentials"]
    return str(found["token"]), str(found["site"]["id"])


def _multipart(twb: bytes) -> bytes:
    head = (
        f"--{BOUNDARY}\r\n"
        'Content-Disposition: form-data; name="tableau_workbook"; filename="esynapse.twb"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    )
    return head.encode() + twb + f"\r\n--{BOUNDARY}--\r\n".encode()


def _json(answer: httpx.Response, what: str) -> dict[str, Any]:
    if answer.is_error:
        raise OnlineError(f"Tableau does not {what}: HTTP {answer.status_code}")
    found = answer.json()
    assert isinstance(found, dict)
    return found


def _line(issue: dict[str, Any]) -> str:
    where = f"line {issue['line']}, " if issue.get("line") else ""
    return f"{where}<{issue.get('elementName')}>: {issue.get('severity')}: {issue.get('message')}"


def _workbook(path: Path) -> bytes:
    if path.suffix != ".twbx":
        return path.read_bytes()
    with zipfile.ZipFile(path) as package:
        (name,) = (each for each in package.namelist() if each.endswith(".twb"))
        return package.read(name)


@click.command(help=__doc__)
@click.argument("path", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def main(path: Path) -> None:
    """Print what Tableau says; exit 1 where it says anything, 2 where it cannot be asked."""
    missing = [name for name in VARIABLES if name not in os.environ]
    if missing:
        raise click.UsageError(f"set {', '.join(missing)}")
    server, site, name, secret = (os.environ[each] for each in VARIABLES)
    if not server.startswith("https://"):
        raise click.UsageError("TABLEAU_SERVER begins with https://: a token goes there")
    try:
        with httpx.Client(base_url=f"{server.rstrip('/')}/api/{API}", timeout=SECONDS) as client:
            found = validate(_workbook(path), client, site, name, secret)
    except (OnlineError, httpx.HTTPError) as error:
        click.echo(f"{server}: {error}", err=True)
        sys.exit(2)
    for line in found:
        click.echo(line)
    click.echo(
        f"Tableau finds nothing wrong with {path}" if not found else f"{len(found)} findings"
    )
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
