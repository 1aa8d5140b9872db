"""The filter of a subscription: which messages it delivers, by their attributes.

The language is that of https://cloud.google.com/pubsub/docs/subscription-message-filter#filtering_syntax:

    filter  = term {"AND" term} | term {"OR" term}      the two combined only with parentheses
    term    = ["NOT" | "-"] simple
    simple  = "(" filter ")" | attributes:KEY | hasPrefix(attributes.KEY, "PREFIX")
            | attributes.KEY = "VALUE" | attributes.KEY != "VALUE"

Where the page is silent the stricter reading is taken, so that a filter accepted here is accepted
there: one negation to a term (as in https://google.aip.dev/160), string literals in double quotes
only, hexadecimal and octal escapes for ASCII only (beyond it, they could mean bytes or characters).
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

from esynapse.ingest.pubsub.refusal import RefusalError, invalid

Filter = Callable[[Mapping[str, str]], bool]
"""Whether a message with these attributes is delivered."""

MAX_FILTER_BYTES = 256

_SPACES = tuple(" \t\r\n")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_STRING = re.compile(r'"((?:[^"\\\x00-\x1f\x7f]|\\.)*)"')
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|([0-7]{3})|(.))")
_CHARACTERS = dict(zip("abfnrtv\\\"'", "\a\b\f\n\r\t\v\\\"'", strict=True))
_OPERATOR = re.compile(r"(AND|OR)(?![A-Za-z0-9_-])")
_NEGATION = re.compile(r"NOT(?![A-Za-z0-9_-])[ \t\r\n]*|-")
_EQUALITY = re.compile(r"!=|=")


@lru_cache(maxsize=256)
def parse_filter(text: str) -> Filter:
    """The test that ``text`` describes; an empty text lets every message through.

    Raises:
        RefusalError: INVALID_ARGUMENT, saying what was expected and at which character, from 1.
    """
    size = len(text.encode())
    if size > MAX_FILTER_BYTES:
        raise invalid(f"The filter has {size} bytes; at most {MAX_FILTER_BYTES} are allowed.")
    if not text:
        return lambda _: True
    return _Parser(text).parse()


class _Parser:
    """Recursive descent, right from the text: what a hyphen or a word is depends on its place."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def parse(self) -> Filter:
        found = self._filter()
        if self._at < len(self._text):
            raise self._refusal("expected AND, OR (in uppercase letters) or the end of the filter")
        return found

    def _filter(self) -> Filter:
        terms = [self._term()]
        joined_by = None
        while operator := self._take(_OPERATOR):
            if joined_by not in (None, operator[1]):
                raise self._refusal(
                    f"{joined_by} and {operator[1]} are combined only with parentheses",
                    operator.start(),
                )
            joined_by = operator[1]
            terms.append(self._term())
        if joined_by == "OR":
            return lambda attributes: any(term(attributes) for term in terms)
        return lambda attributes: all(term(attributes) for term in terms)

    def _term(self) -> Filter:
        self._skip_space()
        if not self._take(_NEGATION, then_space=False):
            return self._simple()
        simple = self._simple()
        return lambda attributes: not simple(attributes)

    def _simple(self) -> Filter:
        if self._take("("):
            inside = self._filter()
            self._expect(")", "AND, OR (in uppercase letters) or )")
            return inside
        if self._take("hasPrefix("):
            return self._has_prefix()
        if self._take("attributes:"):
            key = self._key()
            return lambda attributes: key in attributes
        if self._take("attributes.", then_space=False):
            return self._comparison()
        raise self._refusal(
            'expected attributes:KEY, attributes.KEY, hasPrefix(attributes.KEY, "PREFIX"), NOT or ('
        )

    def _comparison(self) -> Filter:
        key = self._key()
        operator = self._take(_EQUALITY)
        if not operator:
            raise self._refusal("expected = or !=")
        value = self._string("a value in double quotes")
        if operator[0] == "=":
            return lambda attributes: attributes.get(key) == value
        return lambda attributes: attributes.get(key) != value

    def _has_prefix(self) -> Filter:
        self._expect("attributes.", "attributes.KEY", then_space=False)
        key = self._key()
        self._expect(",", "a comma")
        prefix = self._string("a prefix in double quotes")
        self._expect(")", ")")
        return lambda attributes: key in attributes and attributes[key].startswith(prefix)

    def _key(self) -> str:
        bare = self._take(_BARE_KEY)
        return bare[0] if bare else self._string("a key: letters, digits, - and _, or in quotes")

    def _string(self, what: str) -> str:
        start = self._at
        literal = self._take(_STRING)
        if not literal:
            raise self._refusal(f"expected {what}")
        return _ESCAPE.sub(lambda escape: self._escaped(escape, start + 1), literal[1])

    def _escaped(self, escape: re.Match[str], start: int) -> str:
        unicode, hexadecimal, octal, character = escape.groups()
        if character in _CHARACTERS:
            return _CHARACTERS[character]
        if unicode and not 0xD800 <= int(unicode, 16) <= 0xDFFF:
            return chr(int(unicode, 16))
        if hexadecimal and int(hexadecimal, 16) <= 0x7F:
            return chr(int(hexadecimal, 16))
        if octal and int(octal, 8) <= 0x7F:
            return chr(int(octal, 8))
        raise self._refusal(f"{escape[0]} is no escape sequence", start + escape.start())

    def _expect(self, mark: str, what: str, *, then_space: bool = True) -> None:
        if not self._take(mark, then_space=then_space):
            raise self._refusal(f"expected {what}")

    def _take(
        self, what: str | re.Pattern[str], *, then_space: bool = True
    ) -> re.Match[str] | None:
        """Step over ``what``, and over white space after it, if it stands here."""
        pattern = re.compile(re.escape(what)) if isinstance(what, str) else what
        found = pattern.match(self._text, self._at)
        if found:
            self._at = found.end()
            if then_space:
                self._skip_space()
        return found

    def _skip_space(self) -> None:
        while self._text[self._at : self._at + 1] in _SPACES:
            self._at += 1

    def _refusal(self, problem: str, at: int | None = None) -> RefusalError:
        where = self._at if at is None else at
        return invalid(f"The filter is not valid at character {where + 1}: {problem}.")
