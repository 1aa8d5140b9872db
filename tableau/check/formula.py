"""Tableau's language of calculations, as far as this workbook speaks it, into Hyper's SQL.

A formula is parsed, not searched: one that Tableau would refuse (a missing END, an unknown
function, a field that is not there) is refused here too.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

AGGREGATES = {
    "SUM": "sum({})",
    "AVG": "avg({})",
    "MIN": "min({})",
    "MAX": "max({})",
    "COUNT": "count({})",
    "COUNTD": "count(distinct {})",
}
FUNCTIONS = {
    "ABS": (1, "abs({})"),
    "DATEDIFF": (3, "(cast({2} as date) - cast({1} as date))"),
    "IFNULL": (2, "coalesce({}, {})"),
    "ISNULL": (1, "({} is null)"),
    "REPLACE": (3, "replace({}, {}, {})"),
    "ZN": (1, "coalesce({}, 0)"),
}
"""Functions of rows: how many arguments, and the SQL. DATEDIFF only in days."""

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<parameter>\[Parameters\]\.\[(?P<chosen>[^\[\]]+)\])
      | \[(?P<field>[^\[\]]+)\]
      | (?P<text>'(?:[^']|'')*'|"(?:[^"]|"")*")
      | (?P<number>\d+(?:\.\d+)?)
      | (?P<word>[A-Za-z]+)
      | (?P<sign><>|>=|<=|!=|==|[-+*/(),{}:<>=])
    )""",
    re.VERBOSE,
)
_COMPARISONS = {"==": "=", "!=": "<>"} | {each: each for each in ("=", "<>", "<", ">", "<=", ">=")}
_END = ("end", "")


class FormulaError(ValueError):
    """What Tableau would say of the formula."""


@dataclass(frozen=True)
class Scope:
    """What a formula may speak of."""

    field: Callable[[str], str]
    """SQL of a field by its name; KeyError: there is none."""
    parameter: Callable[[str], str]
    """SQL of a parameter's value."""
    table: str
    """What calculations over all rows are asked of."""


def to_sql(formula: str, scope: Scope) -> str:
    """The formula as SQL.

    Raises:
        FormulaError: it is none, or speaks of what does not exist.
    """
    parser = _Parser(formula, scope)
    sql = parser.expression()
    parser.expect(*_END)
    return sql


def fields_in(formula: str) -> set[str]:
    """The fields that a formula speaks of."""
    return {text for kind, text in _tokens(formula) if kind == "field"}


def aggregates(formula: str) -> bool:
    """Whether a formula aggregates by itself, outside of what it asks of all rows in braces."""
    depth = 0
    for kind, text in _tokens(formula):
        depth += {"{": 1, "}": -1}.get(text, 0) if kind == "sign" else 0
        if kind == "word" and text.upper() in AGGREGATES and depth == 0:
            return True
    return False


def _tokens(formula: str) -> list[tuple[str, str]]:
    tokens, at = [], 0
    text = formula.rstrip()
    while at < len(text):
        found = _TOKEN.match(text, at)
        if not found:
            raise FormulaError(f"{text[at : at + 20]!r} makes no sense")
        at = found.end()
        kind = found.lastgroup or ""
        tokens.append((kind, found["chosen" if kind == "parameter" else kind]))
    return [*tokens, _END]


class _Parser:
    """By recursive descent, a method for each level of precedence."""

    def __init__(self, formula: str, scope: Scope) -> None:
        self._tokens = _tokens(formula)
        self._at = 0
        self._scope = scope

    def expect(self, kind: str, text: str) -> None:
        """Go past a token that must stand here."""
        if self._now != (kind, text):
            raise FormulaError(f"expected {text or 'the end'}, found {self._now[1] or 'the end'}")
        self._at += 1

    def expression(self) -> str:
        left = self._both()
        while self._word("OR"):
            left = f"({left} or {self._both()})"
        return left

    @property
    def _now(self) -> tuple[str, str]:
        kind, text = self._tokens[min(self._at, len(self._tokens) - 1)]
        return kind, text.upper() if kind == "word" else text

    def _word(self, word: str) -> bool:
        return self._skip("word", word)

    def _skip(self, kind: str, text: str) -> bool:
        if self._now != (kind, text):
            return False
        self._at += 1
        return True

    def _both(self) -> str:
        left = self._negated()
        while self._word("AND"):
            left = f"({left} and {self._negated()})"
        return left

    def _negated(self) -> str:
        return f"(not {self._negated()})" if self._word("NOT") else self._compared()

    def _compared(self) -> str:
        left = self._sum()
        kind, text = self._now
        if kind == "sign" and text in _COMPARISONS:
            self._at += 1
            return f"({left} {_COMPARISONS[text]} {self._sum()})"
        return left

    def _sum(self) -> str:
        left = self._product()
        while self._now in (("sign", "+"), ("sign", "-")):
            sign = self._now[1]
            self._at += 1
            left = f"({left} {sign} {self._product()})"
        return left

    def _product(self) -> str:
        left = self._signed()
        while self._now in (("sign", "*"), ("sign", "/")):
            sign = self._now[1]
            self._at += 1
            right = self._signed()
            # Tableau divides integers into a real, and by zero into null
            left = (
                f"({left} * {right})"
                if sign == "*"
                else f"(cast({left} as double precision) / nullif({right}, 0))"
            )
        return left

    def _signed(self) -> str:
        return f"(- {self._signed()})" if self._skip("sign", "-") else self._atom()

    def _atom(self) -> str:
        kind, text = self._now
        self._at += 1
        if kind == "field":
            return self._named(self._scope.field, text)
        if kind == "parameter":
            return self._named(self._scope.parameter, text)
        if kind == "text":
            body = text[1:-1].replace(text[0] * 2, text[0]).replace("'", "''")
            return f"'{body}'"
        if kind == "number":
            return text
        if kind == "word":
            return self._of_word(text)
        if (kind, text) == ("sign", "("):
            inner = self.expression()
            self.expect("sign", ")")
            return inner
        if (kind, text) == ("sign", "{"):
            return self._over_all_rows()
        raise FormulaError(f"{text or 'the end'} where a value should stand")

    def _named(self, find: Callable[[str], str], name: str) -> str:
        try:
            return find(name)
        except KeyError:
            raise FormulaError(f"there is no [{name}]") from None

    def _of_word(self, word: str) -> str:
        if word in ("TRUE", "FALSE", "NULL"):
            return word.lower()
        if word == "IF":
            return self._if()
        if word == "CASE":
            return self._case()
        if word in AGGREGATES or word in FUNCTIONS:
            return self._call(word)
        raise FormulaError(f"there is no function {word}")

    def _call(self, name: str) -> str:
        self.expect("sign", "(")
        arguments = [self.expression()]
        while self._skip("sign", ","):
            arguments.append(self.expression())
        self.expect("sign", ")")
        wanted, shape = FUNCTIONS.get(name, (1, AGGREGATES.get(name, "")))
        if len(arguments) != wanted:
            raise FormulaError(f"{name} takes {wanted} arguments, not {len(arguments)}")
        if name == "DATEDIFF" and arguments[0] != "'day'":
            raise FormulaError("DATEDIFF counts days here, nothing else")
        return shape.format(*arguments)

    def _if(self) -> str:
        cases = []
        while True:
            condition = self.expression()
            self.expect("word", "THEN")
            cases.append(f"when {condition} then {self.expression()}")
            if not self._word("ELSEIF"):
                break
        return self._ended("case", cases)

    def _case(self) -> str:
        subject = self.expression()
        cases = []
        while self._word("WHEN"):
            value = self.expression()
            self.expect("word", "THEN")
            cases.append(f"when {value} then {self.expression()}")
        if not cases:
            raise FormulaError("CASE without WHEN")
        return self._ended(f"case {subject}", cases)

    def _ended(self, start: str, cases: list[str]) -> str:
        otherwise = f" else {self.expression()}" if self._word("ELSE") else ""
        self.expect("word", "END")
        return f"{start} {' '.join(cases)}{otherwise} end"

    def _over_all_rows(self) -> str:
        """``{MAX(x)}`` and ``{FIXED a, b: MAX(x)}``."""
        by: list[str] = []
        if self._word("FIXED"):
            by.append(self._atom())
            while self._skip("sign", ","):
                by.append(self._atom())
            self.expect("sign", ":")
        value = self.expression()
        self.expect("sign", "}")
        if by:
            return f"({value} over (partition by {', '.join(by)}))"
        return f"(select {value} from {self._scope.table})"
