"""The filter language against the examples of its documentation and against a plain evaluator.

https://cloud.google.com/pubsub/docs/subscription-message-filter#filtering_syntax
"""

import json
from contextlib import suppress

import grpc
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from esynapse.ingest.pubsub.filters import MAX_FILTER_BYTES, parse_filter
from esynapse.ingest.pubsub.refusal import RefusalError

LANGUAGE = "iana.org/language_tag"


@pytest.mark.parametrize(
    ("text", "attributes", "delivered"),
    [
        ("", {}, True),
        ("attributes:name", {"name": "com"}, True),
        ("attributes:name", {"name": ""}, True),
        ("attributes:name", {"Name": "com"}, False),
        ("NOT attributes:name", {"name": "com"}, False),
        ("NOT attributes:name", {}, True),
        ('attributes.name = "com"', {"name": "com"}, True),
        ('attributes.name = "com"', {"name": "Com"}, False),
        ('attributes.name = "com"', {}, False),
        ('attributes.name != "com"', {"name": "com"}, False),
        ('attributes.name != "com"', {"name": "net"}, True),
        ('attributes.name != "com"', {}, True),
        ('hasPrefix(attributes.name, "co")', {"name": "com"}, True),
        ('hasPrefix(attributes.name, "co")', {"name": "net"}, False),
        ('hasPrefix(attributes.name, "")', {}, False),
        ('NOT hasPrefix(attributes.name, "co")', {}, True),
        (f'attributes."{LANGUAGE}" = "en"', {LANGUAGE: "en"}, True),
        (f'attributes:"{LANGUAGE}" AND NOT attributes.name = "com"', {LANGUAGE: "en"}, True),
        ('attributes.name = "com" AND -attributes:ce-type', {"name": "com", "ce-type": "x"}, False),
        (r'attributes:"\u307F\u3093\u306A"', {"みんな": ""}, True),
        (r'attributes.x = "\x41\101\n\"\\"', {"x": 'AA\n"\\'}, True),
        ('attributes.name = "net" OR attributes.name = "org"', {"name": "org"}, True),
        ("NOT attributes:a OR attributes:b", {"a": "", "b": ""}, True),
        ("NOT (attributes:a OR attributes:b)", {"a": "", "b": ""}, False),
        ("attributes:AND AND attributes:-", {"AND": "", "-": ""}, True),
        ('\n attributes.a="1"\tAND(attributes:b)\n', {"a": "1", "b": ""}, True),
    ],
)
def test_a_filter_delivers_what_its_documentation_says(text, attributes, delivered):
    assert parse_filter(text)(attributes) is delivered


@pytest.mark.parametrize(
    ("text", "character", "problem"),
    [
        (" ", 2, "expected attributes:KEY"),
        ('"com" = attributes.name', 1, "expected attributes:KEY"),
        ("attributes.name = attributes.website", 19, "a value in double quotes"),
        ("attributes.name = 'com'", 19, "a value in double quotes"),
        ('attributes.name = "com', 19, "a value in double quotes"),
        ('attributes.name = "a\nb"', 19, "a value in double quotes"),
        ("attributes.name", 16, "expected = or !="),
        ('attributes.name > "a"', 17, "expected = or !="),
        ('attributes:name = "com"', 17, "expected AND, OR"),
        ("attributes", 1, "expected attributes:KEY"),
        ("attributes: ", 13, "expected a key"),
        (f'attributes.{LANGUAGE} = "en"', 16, "expected = or !="),
        (r"attributes:\u307F\u3093", 12, "expected a key"),
        (r'attributes:"a\q"', 14, r"\q is no escape sequence"),
        (r'attributes:"\xe3"', 13, r"\xe3 is no escape sequence"),
        (r'attributes:"\ud800"', 13, r"\ud800 is no escape sequence"),
        (r'attributes:"\u12"', 13, r"\u is no escape sequence"),
        ("attributes:a and attributes:b", 14, "in uppercase letters"),
        ("not attributes:a", 1, "expected attributes:KEY"),
        ("NOT NOT attributes:a", 5, "expected attributes:KEY"),
        ("NOTattributes:a", 1, "expected attributes:KEY"),
        ("attributes:a AND attributes:b OR attributes:c", 31, "only with parentheses"),
        ("attributes:a OR attributes:b AND attributes:c", 30, "only with parentheses"),
        ('attributes.name = "com" AND ("net" OR "org")', 30, "expected attributes:KEY"),
        ("attributes:a AND", 17, "expected attributes:KEY"),
        ("(attributes:a", 14, "or )"),
        ("attributes:a)", 13, "or the end of the filter"),
        ("attributes:a attributes:b", 14, "expected AND, OR"),
        ('hasPrefix(attributes:a, "x")', 11, "expected attributes.KEY"),
        ('hasPrefix(attributes.a "x")', 24, "expected a comma"),
        ('hasPrefix(attributes.a, "x"', 28, "expected )"),
        ('hasSuffix(attributes.a, "x")', 1, "expected attributes:KEY"),
    ],
)
def test_what_is_no_filter_is_refused_with_the_place_and_what_was_expected(
    text, character, problem
):
    with pytest.raises(RefusalError) as refused:
        parse_filter(text)
    assert refused.value.code is grpc.StatusCode.INVALID_ARGUMENT
    assert f"at character {character}: " in refused.value.message
    assert problem in refused.value.message


def test_a_filter_may_have_256_bytes_and_no_more():
    longest = f'attributes:"{"é" * 121}"'
    longest += " " * (MAX_FILTER_BYTES - len(longest.encode()))
    assert parse_filter(longest)({"é" * 121: ""})
    with pytest.raises(RefusalError, match="257 bytes; at most 256"):
        parse_filter(longest + " ")


def test_parentheses_may_nest_as_deep_as_a_filter_is_long():
    deep = 122
    assert parse_filter("(" * deep + "attributes:a" + ")" * deep)({"a": ""})


BARE_KEYS = ["a", "b-c", "_"]
KEYS = st.sampled_from([*BARE_KEYS, "iana.org/x", 'q"\\', "é"])
VALUES = st.sampled_from(["", "x", "xy", 'x"\\\n', "みん", "AND"])
TREES = st.recursive(
    st.one_of(
        st.tuples(st.just(":"), KEYS),
        st.tuples(st.sampled_from(["=", "!=", "hasPrefix"]), KEYS, VALUES),
    ),
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(["NOT", "-"]), inner),
        st.tuples(st.sampled_from(["AND", "OR"]), st.lists(inner, min_size=2, max_size=3)),
    ),
    max_leaves=6,
)


def written(tree) -> str:
    """The tree as a filter, with parentheses around every operand that is not a leaf."""
    match tree:
        case ("NOT", inner):
            return f"NOT {operand(inner)}"
        case ("-", inner):
            return f"-{operand(inner)}"
        case ("AND" | "OR" as operator, inner):
            return f" {operator} ".join(map(operand, inner))
        case (":", key):
            return f"attributes:{key_of(key)}"
        case ("hasPrefix", key, value):
            return f"hasPrefix(attributes.{key_of(key)}, {json.dumps(value)})"
        case (operator, key, value):
            return f"attributes.{key_of(key)} {operator} {json.dumps(value, ensure_ascii=False)}"


def operand(tree) -> str:
    return f"({written(tree)})" if tree[0] in ("NOT", "-", "AND", "OR") else written(tree)


def key_of(key: str) -> str:
    return key if key in BARE_KEYS else json.dumps(key)


def delivers(tree, attributes) -> bool:
    match tree:
        case ("NOT" | "-", inner):
            return not delivers(inner, attributes)
        case ("AND", inner):
            return min(delivers(each, attributes) for each in inner)
        case ("OR", inner):
            return max(delivers(each, attributes) for each in inner)
        case (":", key):
            return key in attributes
        case ("=", key, value):
            return (key, value) in attributes.items()
        case ("!=", key, value):
            return (key, value) not in attributes.items()
        case ("hasPrefix", key, value):
            return attributes.get(key, "\0")[: len(value)] == value and key in attributes


@given(TREES, st.dictionaries(KEYS, VALUES))
def test_a_filter_means_what_its_tree_means(tree, attributes):
    text = written(tree)
    assume(len(text.encode()) <= MAX_FILTER_BYTES)
    assert parse_filter(text)(attributes) is delivers(tree, attributes)


WORDS = ["attributes", "hasPrefix(", " AND ", " OR ", "NOT ", "a"]
MARKS = list(':."\\-()=,')


@given(st.text(max_size=40) | st.lists(st.sampled_from(WORDS + MARKS), max_size=12).map("".join))
def test_any_text_is_either_a_filter_or_refused(text):
    with suppress(RefusalError):
        assert parse_filter(text)({}) in (True, False)
