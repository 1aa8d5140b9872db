"""The validator that asks Tableau, against a server that answers as Tableau's does."""

import json
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from tableau import validate_online
from tableau.validate_online import OnlineError, validate

SECRET = "not-to-be-seen"


def client(answer: Callable[[httpx.Request], httpx.Response]) -> httpx.Client:
    return httpx.Client(
        base_url="https://tableau.example/api/3.29", transport=httpx.MockTransport(answer)
    )


def tableau(issues: dict[str, object], seen: list[httpx.Request]) -> httpx.Client:
    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        if request.url.path.endswith("/auth/signin"):
            asked = json.loads(request.content)["credentials"]
            assert asked["personalAccessTokenSecret"] == SECRET
            assert asked["site"] == {"contentUrl": "shop"}
            return httpx.Response(
                200, json={"credentials": {"token": "t", "site": {"id": "site-1"}}}
            )
        assert request.headers["X-Tableau-Auth"] == "t"
        return httpx.Response(200, json=issues)

    return client(answer)


def test_it_signs_in_asks_and_signs_out() -> None:
    seen: list[httpx.Request] = []
    assert validate(b"<workbook />", tableau({}, seen), "shop", "me", SECRET) == []
    assert [request.url.path.removeprefix("/api/3.29") for request in seen] == [
        "/auth/signin",
        "/sites/site-1/workbooks/validateWorkbook",
        "/auth/signout",
    ]
    assert seen[1].headers["Content-Type"].startswith("multipart/mixed; boundary=")
    assert b'name="tableau_workbook"' in seen[1].content
    assert b"\r\n\r\n<workbook />\r\n--" in seen[1].content


def test_it_says_what_tableau_says() -> None:
    issue = {"severity": "ERROR", "message": "Unknown field", "line": 7, "elementName": "rows"}
    found = validate(b"", tableau({"errors": [issue], "warnings": None}, []), "shop", "me", SECRET)
    assert found == ["line 7, <rows>: ERROR: Unknown field"]


def test_it_says_why_it_is_not_let_in() -> None:
    refused = client(lambda _: httpx.Response(401, text=SECRET))
    with pytest.raises(OnlineError, match="does not sign in: HTTP 401") as error:
        validate(b"", refused, "shop", "me", SECRET)
    assert SECRET not in str(error.value)


def test_nothing_is_asked_without_a_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.twb"
    path.write_bytes(b"<workbook />")
    for name in validate_online.VARIABLES:
        monkeypatch.delenv(name, raising=False)
    result = CliRunner().invoke(validate_online.main, [str(path)])
    assert result.exit_code == 2
    assert "TABLEAU_TOKEN_SECRET" in result.output


def test_a_token_goes_over_https_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.twb"
    path.write_bytes(b"<workbook />")
    for name in validate_online.VARIABLES:
        monkeypatch.setenv(name, SECRET)
    monkeypatch.setenv("TABLEAU_SERVER", "http://tableau.example")
    result = CliRunner().invoke(validate_online.main, [str(path)])
    assert result.exit_code == 2
    assert "https://" in result.output
    assert SECRET not in result.output
