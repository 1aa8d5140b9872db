"""Named parameters: ``$name`` becomes ``@name`` and nothing else changes; types are BigQuery's."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esynapse.warehouse.bigquery.parameters import query_parameters, with_at_signs

TEXT = st.text(alphabet="a$@_ \n'\\%1", max_size=12).map(
    lambda text: "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
)
NAME = st.from_regex(r"[a-z_][a-z0-9_]{0,8}", fullmatch=True)
PIECE = st.one_of(TEXT, NAME.map(lambda name: f"${name}"), st.sampled_from(["=", ",", "1"]))


@given(st.lists(PIECE, max_size=12))
def test_every_name_is_written_as_googlesql_writes_it_and_every_text_stays(
    pieces: list[str],
) -> None:
    expected = [re.sub(r"^\$", "@", piece) for piece in pieces]
    assert with_at_signs(" ".join(pieces)) == " ".join(expected)


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (True, "BOOL"),
        (7, "INT64"),
        (0.5, "FLOAT64"),
        (Decimal("1.50"), "NUMERIC"),
        ("a", "STRING"),
        (None, "STRING"),
        (date(2026, 1, 2), "DATE"),
        (datetime(2026, 1, 2, tzinfo=UTC), "TIMESTAMP"),
    ],
)
def test_a_value_has_bigquerys_type_of_it(value: object, kind: str) -> None:
    (parameter,) = query_parameters({"x": value})
    assert (parameter.name, parameter.type_, parameter.value) == ("x", kind, value)


def test_a_value_of_no_such_type_is_refused_by_name() -> None:
    with pytest.raises(TypeError, match="cannot be a list"):
        query_parameters({"x": ["a"]})
