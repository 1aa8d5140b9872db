"""The server as a program: it may be killed at any moment, and it stops when told to."""

import signal
import time
from contextlib import closing, contextmanager

import pytest

from esynapse.errors import EsynapseError
from esynapse.home import open_home
from esynapse.ingest.publisher import Publisher
from esynapse.ingest.pubsub import backlog
from esynapse.ingest.pubsub.__main__ import main
from esynapse.ingest.pubsub.server import Server
from esynapse.provision import provision
from esynapse.warehouse import catalog
from esynapse.warehouse.lake import Lake

pytestmark = pytest.mark.slow


def event_ids(home):
    ids = Lake(home).query("select event_id from live_events")["event_id"].to_pylist()
    return sorted(ids)


def test_what_was_acknowledged_survives_kill_9_at_once(
    home, settings, start_process, events, eventually
):
    process = start_process()
    provision(settings)
    table = events(2000)
    with Publisher(settings) as publisher:
        publisher.publish(table)
        publisher.flush()
        process.kill()
        process.wait()
    start_process()
    eventually(lambda: backlog(home).undelivered == 0)
    assert event_ids(home) == sorted(table["event_id"].to_pylist())


def test_kill_9_in_the_middle_of_a_delivery_loses_and_doubles_nothing(
    home, settings, start_process, events, eventually
):
    process = start_process()
    provision(settings)
    table = events(3000)
    with Publisher(settings) as publisher:
        publisher.publish(table)
        publisher.flush()
        with holding_the_catalog(home):
            eventually(lambda: staged_files(home))
            process.kill()
            process.wait()
        process = start_process()
        more = events(3000)
        publisher.publish(more)
        publisher.flush()
        time.sleep(0.9)  # about when the next delivery is under way
    process.kill()
    process.wait()
    start_process()
    eventually(lambda: backlog(home).undelivered == 0)
    sent = [*table["event_id"].to_pylist(), *more["event_id"].to_pylist()]
    assert event_ids(home) == sorted(sent)


@contextmanager
def holding_the_catalog(home):
    """Nobody else can commit: a delivery gets as far as its finished files."""
    with closing(catalog.connect(home.catalog)) as connection, catalog.transaction(connection):
        yield


def staged_files(home):
    listed = {home.lake / file.path for file in Lake(home).files("live_events")}
    return set(home.lake.rglob("*.parquet")) - listed


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_the_server_cleanly(settings, start_process, number):
    process = start_process()
    provision(settings)
    process.send_signal(number)
    _, output = process.communicate(timeout=10)
    assert process.returncode == 0
    assert b"Traceback" not in output
    assert output.strip().endswith(b"stopped")


def test_a_taken_port_is_one_line_and_exit_code_2(server, settings, tmp_path, capsys):
    code = main(["--home", str(tmp_path / "other"), "--port", str(settings.pubsub_port)])
    assert code == 2
    line = capsys.readouterr().err
    assert line.count("\n") == 1
    assert f"127.0.0.1:{settings.pubsub_port} (Address already in use)" in line


def test_a_damaged_database_is_one_clear_line(home):
    home.catalog.write_bytes(b"this is no database" * 100)
    with pytest.raises(EsynapseError, match=r"lake\.db cannot be opened"):
        Server(home, "127.0.0.1", 0).start()


def test_a_home_has_one_server(server, home):
    with (
        pytest.raises(EsynapseError, match="already running"),
        Server(open_home(home.root), "127.0.0.1", 0),
    ):
        pass
