"""Dead letters: looked at, mended and sent again, through the command line and a real server."""

import json
import os
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

import esynapse.pipeline.replay as replaying
from esynapse.errors import EsynapseError
from esynapse.events import EVENT_SCHEMA
from esynapse.home import open_home
from esynapse.ingest.clients import subscriber_client
from esynapse.ingest.publisher import Publisher
from esynapse.ingest.pubsub.decode import decode
from esynapse.ingest.pubsub.server import Server
from esynapse.pipeline.deadletter import Letter, letters_to_replay, open_lake
from esynapse.pipeline.letter_text import preview, readable
from esynapse.pipeline.replay import CHUNK_BYTES, CHUNK_LETTERS, Fix, ReplayReport, replay
from esynapse.provision import provision
from esynapse.settings import Settings
from esynapse.warehouse import dead_letters
from esynapse.warehouse.dead_letters import dead_letters_by_reason, reason_class
from esynapse.warehouse.lake import Lake
from esynapse.warehouse.raw_tables import DEAD_LETTER_SCHEMA
from flows.cli import main
from tests.end_to_end.conftest import free_port
from tests.ingest.conftest import wait_until
from tests.laws import at_most

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
UNFIT = 'field rating: "five" is no integer'


@pytest.fixture
def settings(tmp_path, monkeypatch) -> Settings:
    monkeypatch.setenv("ESYNAPSE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("ESYNAPSE_PUBSUB_PORT", str(free_port()))
    return Settings(_env_file=None)


@pytest.fixture
def lake(settings) -> Lake:
    return Lake(open_home(settings.home))


@pytest.fixture
def pubsub(settings, lake) -> Iterator[Server]:
    with Server(lake.home, settings.host, settings.pubsub_port) as server:
        provision(settings)
        yield server


@pytest.fixture
def deadletter(settings, capsys):
    """Runs `esynapse deadletter …`: its exit code, what it printed, and what it complained of."""

    def run(*arguments: object) -> tuple[int, str, str]:
        capsys.readouterr()
        code = 0
        try:
            main(["deadletter", *map(str, arguments)])
        except SystemExit as end:
            code = int(end.code or 0)
        out, complaint = capsys.readouterr()
        return code, out, complaint.strip()

    return run


def event(event_id: str, **fields: object) -> bytes:
    known = {"event_id": event_id, "event_timestamp": "2026-03-01T12:00:00Z", "rating": 5}
    return json.dumps({**known, **fields}).encode()


def put_letters(lake: Lake, *rows: dict, key: str = "letters") -> None:
    """Put letters into the lake without a server."""
    known = {
        "subscription_name": "projects/p/subscriptions/s",
        "publish_time": NOON,
        "data": b"{}",
        "attributes": json.dumps({dead_letters.REASON_ATTRIBUTE: UNFIT}),
    }
    table = pa.Table.from_pylist([{**known, **row} for row in rows], schema=DEAD_LETTER_SCHEMA)
    lake.append("dead_letter_events", table, batch_key=key)


def refused(reason: str) -> str:
    return json.dumps({dead_letters.REASON_ATTRIBUTE: reason})


def line_of_import(message_id: str) -> dict:
    attributes = {"source": "import", "file": "x.csv", "line": 7, "reason": "quantity is 0"}
    return {
        "message_id": message_id,
        "subscription_name": "import",
        "attributes": json.dumps(attributes),
    }


def publish(settings: Settings, lake: Lake, *messages: bytes, **attributes: str) -> list[str]:
    """Publish what does not fit; the ids of the letters, in the order of ``messages``."""
    before = set(letter_ids(lake))
    with Publisher(settings) as publisher:
        publisher.publish_raw(messages, **attributes)
    wait_until(lambda: len(letter_ids(lake)) == len(before) + len(messages))
    return [message_id for message_id in letter_ids(lake) if message_id not in before]


def letter_ids(lake: Lake) -> list[str]:
    found = lake.query("select message_id from dead_letter_events order by message_id::bigint")
    return found["message_id"].to_pylist()


def landed(lake: Lake, rows: int) -> list[str]:
    """The event_ids in live_events, once there are ``rows``."""
    sql = "select event_id from live_events order by event_id"
    wait_until(lambda: lake.query(sql).num_rows >= rows)
    return lake.query(sql)["event_id"].to_pylist()


def noted(lake: Lake) -> dict[str, bytes]:
    with closing(lake.connect()) as connection:
        return dict(connection.execute("select message_id, data from dead_letter_replays"))


# Reasons


@at_most(60)
@given(
    st.lists(st.text() | st.from_regex(r"(field [a-z]+|not JSON|unknown field .*): .* is no .*"))
)
def test_python_and_sql_class_reasons_alike(reasons):
    with duckdb.connect() as connection:
        connection.register("rows", pa.table({"reason": pa.array(reasons, pa.string())}))
        found = connection.sql(f"select {dead_letters._class_sql('reason')} from rows").fetchall()
    assert [text for (text,) in found] == [reason_class(reason) for reason in reasons]


PROBLEMS = {
    "rating": {"is no integer", "is too large for an INTEGER"},
    "sale_price": {"is no number", "is too large for a FLOAT"},
    "on_sale": {"is no boolean"},
    "event_id": {"is no string", "is no valid Unicode"},
    "event_timestamp": {
        "is no RFC 3339 time with a zone, nor integer microseconds since 1970",
        "is no instant of the years 1 to 9999",
    },
}
CLASSES = {f"field {name}: {problem}" for name in PROBLEMS for problem in PROBLEMS[name]}
CLASSES |= {"not JSON", "unknown field: the table has no such column"}
VALUES = st.text() | st.integers() | st.floats() | st.booleans() | st.just([1]) | st.just({})


@given(st.sampled_from([*PROBLEMS, "x is no y: z"]), VALUES)
def test_the_class_of_a_reason_does_not_quote_the_message(name, value):
    message = json.dumps({"event_timestamp": "2026-03-01T12:00:00Z", name: value}).encode()
    assert {reason_class(why) for _, why in decode([message], EVENT_SCHEMA).rejected} <= CLASSES


def test_letters_are_counted_by_class_of_reason(lake):
    put_letters(
        lake,
        {"message_id": "1", "attributes": refused('field rating: "five" is no integer')},
        {"message_id": "2", "attributes": refused('field rating: "six" is no integer')},
        {
            "message_id": "3",
            "attributes": refused("not JSON: Extra data: line 1 column 3 (char 2)"),
        },
        {"message_id": "4", "attributes": "{}"},
        line_of_import("5"),
    )
    assert dead_letters_by_reason(lake) == {
        "field rating: is no integer": 2,
        "no reason given": 1,
        "not JSON": 1,
        "quantity is 0": 1,
    }


def test_counting_letters_does_not_read_their_bytes(lake):
    put_letters(lake, {"message_id": "1"})
    [file] = lake.files("dead_letter_events")
    path = lake.home.lake / file.path
    pq.write_table(pq.read_table(path).drop_columns(["data"]), path)
    assert dead_letters_by_reason(lake) == {reason_class(UNFIT): 1}


# Looking


def test_list_shows_the_reasons_and_the_newest_letters(lake, deadletter):
    put_letters(
        lake,
        *(
            {"message_id": str(n), "publish_time": NOON + timedelta(hours=n), "data": b"[red]\x1b"}
            for n in range(30)
        ),
    )
    code, out, _ = deadletter("list", "--limit", 2)
    assert code == 0
    reasons, letters = out.split("\n\n")
    assert "30" in reasons
    assert "field rating: is no integer" in reasons
    [_, newest, second] = letters.strip().splitlines()
    assert newest.startswith("29")
    assert second.startswith("28")
    assert UNFIT in newest
    assert r"[red]\x1b" in newest


def test_list_keeps_to_a_reason_and_a_time(lake, deadletter):
    put_letters(
        lake,
        {"message_id": "1", "attributes": refused("not UTF-8: invalid start byte at byte 0")},
        {"message_id": "2"},
        {"message_id": "3", "publish_time": NOON + timedelta(days=1)},
    )

    def found(*arguments: str) -> list[str]:
        _, out, _ = deadletter("list", "--json", *arguments)
        answer = json.loads(out)
        assert sum(answer["by_reason"].values()) == len(answer["letters"])
        return [letter["id"] for letter in answer["letters"]]

    assert found() == ["3", "2", "1"]
    assert found("--reason", "utf-8") == ["1"]
    assert found("--reason", "rating: is NO integer") == ["3", "2"]
    assert found("--reason", '"five"', "--since", "2026-03-02") == ["3"]
    assert found("--reason", "nothing like it") == []


def test_an_empty_lake_has_no_dead_letters(lake, deadletter):
    assert deadletter("list") == (0, "no dead letters\n", "")


def test_show_tells_everything_about_a_letter(lake, deadletter):
    attributes = {dead_letters.REASON_ATTRIBUTE: UNFIT, "till": "7\x1b[2J"}
    put_letters(
        lake,
        {"message_id": "7", "data": event("é"), "attributes": json.dumps(attributes)},
    )
    code, out, _ = deadletter("show", "7")
    assert code == 0
    for part in ("2026-03-01 12:00:00 UTC", f"reason      {UNFIT}", r"till = 7\x1b[2J", "JSON"):
        assert part in out
    assert '{\n  "event_id": "é",' in out


def test_show_raw_writes_the_exact_bytes(lake, capsysbinary):
    data = bytes(range(256)) * 10
    put_letters(lake, {"message_id": "7", "data": data})
    main(["deadletter", "show", "7", "--raw"])
    assert capsysbinary.readouterr().out == data


def test_an_unknown_letter_is_one_line(lake, deadletter):
    code, out, complaint = deadletter("show", "99")
    assert (code, out) == (2, "")
    assert complaint == (
        "esynapse: there is no dead letter 99: 'esynapse deadletter list' shows them"
    )


def test_a_damaged_file_is_named(lake, deadletter):
    put_letters(lake, {"message_id": "1"})
    [file] = lake.files("dead_letter_events")
    (lake.home.lake / file.path).write_bytes(b"PAR1 not really")
    code, _, complaint = deadletter("show", "1")
    assert code == 2
    assert file.path in complaint
    assert len(complaint.splitlines()) == 1


@given(st.binary(max_size=1500) | st.text(max_size=300).map(lambda text: json.dumps(text).encode()))
def test_no_bytes_can_command_a_terminal(data):
    kind, text = readable(data)
    assert all(letter.isprintable() or letter == "\n" for letter in text)
    assert (kind == "not UTF-8") == (data.decode(errors="ignore").encode() != data)
    assert preview(data, 48).isprintable()
    assert len(preview(data, 48)) <= 48


@pytest.mark.parametrize(
    ("data", "kind", "text"),
    [
        (b"\xff\x00A", "not UTF-8", "00000000  ff 00 41" + " " * 41 + "..A"),
        (b"oops\tnow", "text, not JSON", "oops\\tnow"),
        (b"x" * 10_002, "text, not JSON", "… and 2 more characters: --raw writes all"),
        (b"\xff" * 600, "not UTF-8", "… and 88 more bytes: --raw writes all"),
    ],
)
def test_what_is_no_json_is_shown_as_text_or_in_hex(data, kind, text):
    found_kind, found_text = readable(data)
    assert found_kind == kind
    assert found_text.endswith(text)


# Mending

FIELDS = st.dictionaries(st.text(max_size=3), st.integers() | st.text(max_size=3) | st.none())


@given(FIELDS, FIELDS, st.lists(st.text(max_size=3)))
def test_a_fix_changes_its_fields_and_no_other(row, values, dropped):
    mended = json.loads(Fix(values=values, dropped=dropped).apply(json.dumps(row).encode()))
    kept = {name: value for name, value in row.items() if name not in dropped}
    assert mended == kept | values


@given(st.binary())
def test_without_a_fix_the_bytes_stay_as_they_are(data):
    assert Fix().apply(data) == data


def test_a_chunk_is_bounded_in_letters_and_in_bytes():
    def letters(count: int, size: int) -> Iterator[Letter]:
        return (Letter(str(n), NOON, "s", {}, b"x" * size, None) for n in range(count))

    many = [len(chunk) for chunk in replaying._chunks(letters(CHUNK_LETTERS * 2 + 1, 10))]
    assert many == [CHUNK_LETTERS, CHUNK_LETTERS, 1]
    large = [len(chunk) for chunk in replaying._chunks(letters(5, CHUNK_BYTES // 2))]
    assert large == [2, 2, 1]


# Refusals


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "say which letters"),
        (["1", "--all"], "say which letters"),
        (["--reason", "x", "--all"], "say which letters"),
        (["--all", "--data", __file__], "give one ID"),
        (["1", "--set", "rating"], "FIELD=VALUE"),
        (["1", "99"], "there is no dead letter 99"),
        (["2"], "dead letter 2 is a line of an imported file: mend the file and import it again"),
    ],
)
def test_a_replay_that_cannot_be_meant_is_one_line(lake, deadletter, arguments, words):
    put_letters(lake, {"message_id": "1"}, line_of_import("2"))
    code, out, complaint = deadletter("replay", *arguments)
    assert (code, out) == (2, "")
    assert len(complaint.splitlines()) == 1
    assert words in complaint


def test_without_a_server_a_replay_is_one_line_and_notes_nothing(lake, deadletter):
    put_letters(lake, {"message_id": "1", "data": event("a")})
    code, out, complaint = deadletter("replay", "--all")
    assert (code, out) == (2, "")
    assert complaint == (
        f"esynapse: the Pub/Sub server at 127.0.0.1:{os.environ['ESYNAPSE_PUBSUB_PORT']} "
        "does not answer. Is it running ('esynapse up')?"
    )
    assert noted(lake) == {}


@pytest.mark.parametrize("command", [["list"], ["show", "1"], ["replay", "--all"]])
def test_the_bigquery_target_says_that_it_is_not_there_yet(deadletter, monkeypatch, command):
    monkeypatch.setenv("ESYNAPSE_TARGET", "bigquery")
    code, out, complaint = deadletter(*command)
    assert (code, out) == (2, "")
    assert "has no 'esynapse deadletter' in this version" in complaint
    assert len(complaint.splitlines()) == 1


def test_a_second_replay_at_the_same_time_is_refused(lake, deadletter):
    put_letters(lake, {"message_id": "1", "data": event("a")})
    with lake.home.lock("deadletter", busy="never"):
        code, _, complaint = deadletter("replay", "--all")
    assert code == 2
    assert "another 'esynapse deadletter replay' works on" in complaint


def test_a_dry_run_needs_no_server_and_notes_nothing(lake, deadletter):
    put_letters(
        lake,
        {"message_id": "1", "data": event("a")},
        {"message_id": "2", "data": event("b", rating="five")},
        line_of_import("3"),
    )
    code, out, complaint = deadletter("replay", "--all", "--dry-run")
    assert code == 0
    assert out.splitlines() == [
        "1 of imports left out: mend the file and import it again",
        "1 would be sent, 0 sent before, 1 do not fit",
    ]
    assert complaint == f"2: not sent: {UNFIT}"
    assert noted(lake) == {}


def test_unfit_letters_are_named_up_to_a_point_and_then_counted(lake, deadletter):
    put_letters(
        lake, *({"message_id": str(n), "data": event("a", rating=f"r{n}")} for n in range(25))
    )
    code, out, complaint = deadletter("replay", "--all", "--dry-run")
    assert code == 2
    assert out == "0 would be sent, 0 sent before, 25 do not fit\n"
    lines = complaint.splitlines()
    assert len(lines) == 21
    assert lines[0] == '0: not sent: field rating: "r0" is no integer'
    assert lines[-1] == "5 more: not sent: field rating: is no integer"


@pytest.mark.parametrize(
    ("attributes", "words"),
    [
        ({"topic": "x"}, "its attribute 'topic' has a name that the client cannot send"),
        ({f"a{n}": "" for n in range(100)}, "it has 100 attributes already, and replayOf is one"),
    ],
)
def test_attributes_that_cannot_go_along_keep_a_letter_back(lake, deadletter, attributes, words):
    put_letters(lake, {"message_id": "1", "data": event("a"), "attributes": json.dumps(attributes)})
    code, _, complaint = deadletter("replay", "1", "--dry-run")
    assert code == 2
    assert words in complaint


# Sending


@pytest.mark.slow
def test_a_letter_replayed_twice_is_in_the_lake_once(settings, lake, pubsub, deadletter):
    [letter] = publish(settings, lake, event("a", rating="5*"))
    code, out, _ = deadletter("replay", letter, "--set", "rating=5")
    assert (code, out) == (0, "1 sent, 0 sent before, 0 do not fit\n")
    code, out, _ = deadletter("replay", letter, "--set", "rating=5")
    assert (code, out) == (0, "0 sent, 1 sent before, 0 do not fit\n")
    assert landed(lake, 1) == ["a"]
    assert json.loads(noted(lake)[letter]) == json.loads(event("a", rating=5))
    _, out, _ = deadletter("list", "--json")
    assert json.loads(out)["letters"][0]["replayed_at"] is not None


@pytest.mark.slow
def test_what_still_does_not_fit_is_named_and_the_rest_is_sent(settings, lake, pubsub, deadletter):
    first, second, third = publish(
        settings,
        lake,
        event("a", colour="red"),
        event("b", colour="red", on_sale="yes"),
        b"no json",
    )
    code, out, complaint = deadletter("replay", "--all", "--drop", "colour")
    assert code == 0
    assert out == "1 sent, 0 sent before, 2 do not fit\n"
    assert complaint.splitlines() == [
        f"{third}: not sent: it is no JSON object, so it has no fields to set or to drop",
        f'{second}: not sent: field on_sale: "yes" is no boolean',
    ]
    assert list(noted(lake)) == [first]
    code, out, _ = deadletter("replay", second, third)
    assert (code, out) == (2, "0 sent, 0 sent before, 2 do not fit\n")
    assert landed(lake, 1) == ["a"]


@pytest.mark.slow
def test_a_letter_mended_in_a_file_is_sent_as_the_file_is(
    settings, lake, pubsub, deadletter, tmp_path
):
    [letter] = publish(settings, lake, b"\xff\xfe")
    mended = tmp_path / "mended.json"
    mended.write_bytes(event("from-a-file"))
    code, _, _ = deadletter("replay", letter, "--data", mended)
    assert code == 0
    assert landed(lake, 1) == ["from-a-file"]
    assert noted(lake) == {letter: mended.read_bytes()}


@pytest.mark.slow
def test_the_attributes_of_the_message_go_along(settings, lake, pubsub):
    [letter] = publish(settings, lake, event("a", rating=""), till="7")
    with subscriber_client(settings) as subscriber:
        name = subscriber.subscription_path(settings.project, "watch")
        topic = f"projects/{settings.project}/topics/{settings.topic}"
        subscriber.create_subscription(name=name, topic=topic)
        assert replay(settings, [letter], Fix(values={"rating": 1})) == ReplayReport(sent=1)
        [received] = subscriber.pull(subscription=name, max_messages=5).received_messages
    assert dict(received.message.attributes) == {"till": "7", "replayOf": letter}
    assert json.loads(received.message.data) == json.loads(event("a", rating=1))


@pytest.mark.slow
def test_killed_between_publish_and_note_a_letter_still_counts_once(
    settings, lake, pubsub, monkeypatch
):
    letters = publish(settings, lake, *(event(f"e{n}", rating="x") for n in range(6)))
    fix = Fix(values={"rating": 3})
    monkeypatch.setattr(replaying, "CHUNK_LETTERS", 2)
    note, chunks = replaying._note, []

    def killed(connection, chunk):
        chunks.append(len(chunk))
        if len(chunks) == 2:
            raise KeyboardInterrupt
        note(connection, chunk)

    with monkeypatch.context() as patch:
        patch.setattr(replaying, "_note", killed)
        with pytest.raises(KeyboardInterrupt):
            replay(settings, letters, fix)
    assert len(noted(lake)) == 2
    assert replay(settings, letters, fix) == ReplayReport(sent=4, sent_before=2)
    assert set(noted(lake)) == set(letters)
    found = landed(lake, 8)
    assert len(found) == 8
    assert sorted(set(found)) == [f"e{n}" for n in range(6)]


@pytest.mark.slow
def test_replays_at_the_same_time_send_each_letter_once(settings, lake, pubsub):
    letters = publish(settings, lake, *(event(f"e{n}", rating="x") for n in range(20)))
    start = threading.Barrier(4)
    reports: list[ReplayReport] = []
    busy: list[str] = []

    def run() -> None:
        start.wait()
        try:
            reports.append(replay(settings, letters, Fix(values={"rating": 3})))
        except EsynapseError as error:
            busy.append(str(error))

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(reports) + len(busy) == 4
    assert sum(report.sent for report in reports) == 20
    assert all("another 'esynapse deadletter replay'" in text for text in busy)
    assert len(landed(lake, 20)) == 20


@pytest.mark.slow
def test_letters_are_chosen_by_reason(settings, lake, pubsub):
    wrong, _ = publish(settings, lake, event("a", rating="x"), event("b", on_sale="x"))
    put_letters(lake, line_of_import("x-7"))
    assert letters_to_replay(open_lake(settings), reason="rating: is no") == ([wrong], 0)
    assert letters_to_replay(open_lake(settings), reason="quantity") == ([], 1)
