"""Formulas in Tableau's language, as SQL."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tableau.check.formula import FormulaError, Scope, aggregates, fields_in, to_sql

FIELDS = {"a": '"a"', "net revenue": '"net revenue"', "day": '"day"'}
SCOPE = Scope(FIELDS.__getitem__, {"Days": "30"}.__getitem__, "rows")


@pytest.mark.parametrize(
    ("formula", "sql"),
    [
        ("[a] + 2 * 3", '("a" + (2 * 3))'),
        ("([a] + 2) * 3", '(("a" + 2) * 3)'),
        ("-[a] - -1", '((- "a") - (- 1))'),
        ("SUM([a]) / COUNT([a])", '(cast(sum("a") as double precision) / nullif(count("a"), 0))'),
        ("COUNTD([net revenue])", 'count(distinct "net revenue")'),
        ("NOT [a] = 1 AND [a] <> 2 OR [a] >= 3",
         '(((not ("a" = 1)) and ("a" <> 2)) or ("a" >= 3))'),
        ("IF [a] > 1 THEN 'x' ELSEIF [a] == 0 THEN 'y' ELSE \"it's\" END",
         'case when ("a" > 1) then \'x\' when ("a" = 0) then \'y\' else \'it\'\'s\' end'),
        ("if [a] > 1 then 2 end", 'case when ("a" > 1) then 2 end'),
        ("CASE [Parameters].[Days] WHEN 30 THEN [a] END", 'case 30 when 30 then "a" end'),
        ("ZN([a]) + IFNULL([a], 0)", '(coalesce("a", 0) + coalesce("a", 0))'),
        ("DATEDIFF('day', [day], {MAX([day])})",
         '(cast((select max("day") from rows) as date) - cast("day" as date))'),
        ("REPLACE([a], 'x', '')", "replace(\"a\", 'x', '')"),
        ("[day] = {FIXED [a]: MAX([day])}", '("day" = (max("day") over (partition by "a")))'),
    ],
)  # fmt: skip
def test_a_formula_says_this_in_sql(formula: str, sql: str) -> None:
    assert to_sql(formula, SCOPE) == sql


@pytest.mark.parametrize(
    ("formula", "why"),
    [
        ("", "the end where a value should stand"),
        ("[a] +", "the end where a value should stand"),
        ("[profit]", "there is no [profit]"),
        ("[Parameters].[Weeks]", "there is no [Weeks]"),
        ("MEDIAN([a])", "there is no function MEDIAN"),
        ("IF [a] > 1 THEN 2", "expected END, found the end"),
        ("IF [a] > 1 2 END", "expected THEN, found 2"),
        ("CASE [a] END", "CASE without WHEN"),
        ("ABS([a], 2)", "ABS takes 1 arguments, not 2"),
        ("DATEDIFF('week', [day], [day])", "DATEDIFF counts days here, nothing else"),
        ("([a] + 1", "expected ), found the end"),
        ("[a] 2", "expected the end, found 2"),
        ("{MAX([a])", "expected }, found the end"),
        ("[a] ? 2", "' ? 2' makes no sense"),
    ],
)
def test_a_formula_that_makes_no_sense_is_refused(formula: str, why: str) -> None:
    with pytest.raises(FormulaError) as error:
        to_sql(formula, SCOPE)
    assert str(error.value) == why


@given(st.text(alphabet="[]{}()'\"ab+-*/=<> ,:.1IFTHENDSUM\n", max_size=40))
def test_any_text_is_a_formula_or_refused(text: str) -> None:
    with suppress(FormulaError):
        assert to_sql(text, SCOPE)


def test_a_formula_aggregates_by_itself_outside_of_braces_alone() -> None:
    assert aggregates("SUM([a]) / 2")
    assert not aggregates("[a] - {MAX([a])}")
    assert aggregates("MAX([a]) - {MAX([a])}")


def test_the_fields_of_a_formula_are_not_its_parameters() -> None:
    assert fields_in("IF [a] > [Parameters].[Days] THEN [net revenue] END") == {"a", "net revenue"}
