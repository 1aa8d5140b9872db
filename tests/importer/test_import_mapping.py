"""A wrong mapping is one line that names the key and says what is allowed."""

import re
from pathlib import Path

import pytest
import yaml

from esynapse.errors import EsynapseError
from esynapse.ingest.importer import load_mapping

RIGHT = {
    "timezone": "Europe/Berlin",
    "events": {
        "event_timestamp": {"column": "time"},
        "event_type": {"constant": "purchase"},
        "user_id": {"column": "user"},
        "product_id": {"column": "item"},
        "quantity": {"column": "quantity"},
        "sale_price": {"column": "price"},
    },
}


def changed(path: str, value: object) -> dict:
    """RIGHT with the value at a dotted path replaced, or removed if the value is None."""
    content = yaml.safe_load(yaml.safe_dump(RIGHT))
    *parents, last = path.split(".")
    place = content
    for name in parents:
        place = place.setdefault(name, {})
    place.pop(last, None)
    if value is not None:
        place[last] = value
    return content


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        ("events.user_id", None, "events.user_id is missing"),
        (
            "events.user",
            {"column": "u"},
            "unknown key 'events.user'; allowed here: event_timestamp",
        ),
        ("time_zone", "UTC", "unknown key 'time_zone'; allowed here: file, timezone"),
        ("events.user_id", {"colum": "u"}, "allowed here: column, constant, default"),
        ("events.user_id", {"column": "u", "constant": "x"}, "either 'column' or 'constant'"),
        ("events.user_id", {}, "either 'column' or 'constant'"),
        ("events.user_id", {"constant": "x", "default": "y"}, "'default' needs 'column'"),
        ("events.user_id", {"column": "u", "divide_by": "n"}, "'divide_by' is for sale_price"),
        ("events.event_type", {"constant": "bought"}, "'bought' is none of view_item"),
        ("events.event_type", {"column": "k", "values": {"b": "bought"}}, "'bought' is none of"),
        ("events.event_type", {"column": "k", "values": {True: "purchase"}}, "put quotes around"),
        ("events.quantity", {"column": "q", "values": {"a": "1"}}, "'values' is for columns of"),
        ("timezone", "Berlin", "'Berlin' is no IANA time zone"),
        ("timestamp_formats", ["%Y-%q"], "neither iso, unix_s, unix_ms nor a pattern"),
        ("timestamp_formats", ["date"], "neither iso, unix_s, unix_ms nor a pattern"),
        ("timestamp_formats", [], "timestamp_formats"),
        ("negative_quantity", "return", "'refund' or 'reject'"),
        ("file.format", "xlsx", "file.format: Input should be 'csv', 'tsv'"),
        ("file.header", False, "'header: false' with 'columns'"),
        ("file.columns", ["a", "a"], "'header: true' or"),
        ("file.delimiter", ";;", "file.delimiter"),
        ("file.encoding", "utf-9", "file.encoding"),
    ],
)
def test_a_wrong_mapping_is_one_line_that_names_the_key(tmp_path: Path, path, value, says):
    file = tmp_path / "mapping.yaml"
    file.write_text(yaml.safe_dump(changed(path, value)))
    with pytest.raises(EsynapseError) as caught:
        load_mapping(file)
    message = str(caught.value)
    assert says in message
    assert message.startswith(str(file))
    assert "\n" not in message


def test_formats_without_an_offset_need_a_timezone(tmp_path: Path):
    file = tmp_path / "mapping.yaml"
    content = changed("timezone", None) | {"timestamp_formats": ["%d/%m/%Y"]}
    file.write_text(yaml.safe_dump(content))
    with pytest.raises(EsynapseError, match="'timezone' is missing"):
        load_mapping(file)


@pytest.mark.parametrize("text", ["", "- a list", "a: [", "just text"])
def test_a_file_that_is_no_mapping_is_one_line(tmp_path: Path, text):
    file = tmp_path / "mapping.yaml"
    file.write_text(text)
    with pytest.raises(EsynapseError, match="is no") as caught:
        load_mapping(file)
    assert "\n" not in str(caught.value)


def test_a_missing_mapping_file_is_one_line(tmp_path: Path):
    with pytest.raises(EsynapseError, match="cannot be read"):
        load_mapping(tmp_path / "nothing.yaml")


def test_comments_and_layout_do_not_change_the_digest(tmp_path: Path):
    one, other, third = (tmp_path / name for name in ("one.yaml", "other.yaml", "third.yaml"))
    one.write_text(yaml.safe_dump(RIGHT))
    other.write_text("# ours\n" + yaml.safe_dump(RIGHT, default_flow_style=True, sort_keys=False))
    third.write_text(yaml.safe_dump(changed("timezone", "UTC")))
    assert load_mapping(one).digest() == load_mapping(other).digest()
    assert load_mapping(one).digest() != load_mapping(third).digest()


@pytest.mark.parametrize("path", sorted(Path(__file__).parents[2].glob("examples/*/mapping.yaml")))
def test_the_mappings_of_the_examples_are_right(path: Path):
    load_mapping(path)


def test_the_mapping_in_the_documentation_is_right(tmp_path: Path):
    page = (Path(__file__).parents[2] / "docs" / "import.md").read_text()
    [block] = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    file = tmp_path / "mapping.yaml"
    file.write_text(block)
    assert load_mapping(file).negative_quantity == "refund"
