"""Product names: a bijection from the numbers of a shop's products onto choices of words.

A product's kind and name depend on nothing but the seed, its number and its category, so no name
changes when products are added. The number is divided by the category's kinds: the remainder,
permuted, is the kind; the quotient, permuted, is the mixed-radix number of one word for each slot
of the kind's pattern. So no name comes twice, and small shops have something of every kind.
"""

from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from esynapse.errors import EsynapseError
from esynapse.shop.assortment import MOST_PRODUCTS, Assortment
from esynapse.shop.columns import Ints
from esynapse.shop.draws import Words, below, keys, nth

_ROUNDS = 2
"""Of the Feistel network, each of two steps."""


def product_names(
    assortment: Assortment, seed: int, numbers: Ints, category: Ints
) -> pa.StringArray:
    """The names of the products with these ``numbers``, each in its ``category``.

    Args:
        assortment: the words.
        seed: the shop's.
        numbers: from 0 to below ``MOST_PRODUCTS``; a shop gives each to one product.
        category: positions in ``assortment.categories``, as many as ``numbers``.

    Raises:
        EsynapseError: a number is out of range.
    """
    tables = _tables(assortment)
    kind, turn = _kinds_and_turns(assortment, seed, numbers, category)
    kind += tables.first_kind[category]
    edition, choice = np.divmod(turn, tables.combinations[kind])
    key = nth(keys(seed, "product names", kind), edition)
    choice = shuffled(choice, tables.combinations[kind], key)
    group = tables.group[kind]
    order = np.argsort(group, kind="stable")
    present, first = np.unique(group[order], return_index=True)
    spelt = [pa.array([], pa.string())]
    for number, (begin, end) in zip(present, pairwise([*first, len(order)]), strict=True):
        rows = order[begin:end]
        words = tables.words[number]
        spelt.append(_spelt(words, tables.word[kind[rows]], choice[rows], edition[rows]))
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    return pa.concat_arrays(spelt).take(pa.array(place))


def product_kinds(assortment: Assortment, seed: int, numbers: Ints, category: Ints) -> Ints:
    """Which kind each product is: its position in its category's ``kind_names``.

    Raises:
        EsynapseError: a number is out of range.
    """
    return _kinds_and_turns(assortment, seed, numbers, category)[0]


def shuffled(positions: Ints, sizes: Ints, key: Words) -> Ints:
    """Where a permutation of range(size), another one for every key, takes the ``positions``.

    A Feistel network over the cells of a table of rows and columns; what lands on a cell past the
    size goes through it again. Source: Black, Rogaway 2002, "Ciphers with Arbitrary Finite
    Domains".
    """
    columns = np.ceil(np.sqrt(sizes)).astype(np.int64)
    rows = -(-sizes // columns)
    moved = _moved(positions, rows, columns, key)
    outside = np.flatnonzero(moved >= sizes)
    while len(outside):
        moved[outside] = _moved(moved[outside], rows[outside], columns[outside], key[outside])
        outside = outside[moved[outside] >= sizes[outside]]
    return moved


def _moved(positions: Ints, rows: Ints, columns: Ints, key: Words) -> Ints:
    """Once through the network: row and column move by turns, each by a hash of the other."""
    row, column = np.divmod(positions, columns)
    for step in range(0, 2 * _ROUNDS, 2):
        row = (row + below(nth(key, column * 2 * _ROUNDS + step), rows)) % rows
        column = (column + below(nth(key, row * 2 * _ROUNDS + step + 1), columns)) % columns
    moved: Ints = row * columns + column
    return moved


def _kinds_and_turns(
    assortment: Assortment, seed: int, numbers: Ints, category: Ints
) -> tuple[Ints, Ints]:
    """The kind of each product, and at most how many of that kind have lower numbers."""
    if len(numbers) and not 0 <= numbers.min() <= numbers.max() < MOST_PRODUCTS:
        raise EsynapseError(
            f"product names: numbers {numbers.min()} to {numbers.max()} are not all from 0 to"
            f" {MOST_PRODUCTS - 1}, make the catalogue smaller"
        )
    kinds = _tables(assortment).kinds[category]
    turn, place = np.divmod(numbers, kinds)
    return shuffled(place, kinds, nth(keys(seed, "product kinds", category), turn)), turn


@dataclass(frozen=True)
class _Vocabulary:
    """The words of a ``Spelling``, as Arrow arrays."""

    parts: tuple[pa.StringArray, ...]
    kind_part: int
    editions: pa.StringArray


@dataclass(frozen=True)
class _Tables:
    """An assortment's kinds, numbered through all its categories."""

    words: tuple[_Vocabulary, ...]
    """One for each group of kinds."""
    kinds: Ints
    """How many kinds each category has."""
    first_kind: Ints
    """The first kind of each category."""
    group: NDArray[np.int16]
    """Each kind's position in ``words``; 16 bits, which numpy sorts by radix."""
    word: Ints
    """Each kind's position among the kinds of its group."""
    combinations: Ints
    """How many names each kind has before it needs an edition."""


@cache
def _tables(assortment: Assortment) -> _Tables:
    spellings = [spelling for spellings in assortment.spellings for spelling in spellings]
    kinds = np.array([len(category.kind_names) for category in assortment.categories])
    sizes = np.array([len(spelling.parts[spelling.kind_part]) for spelling in spellings])
    group = np.repeat(np.arange(len(spellings), dtype=np.int16), sizes)
    return _Tables(
        words=tuple(
            _Vocabulary(tuple(map(pa.array, s.parts)), s.kind_part, pa.array(s.editions))
            for s in spellings
        ),
        kinds=kinds,
        first_kind=np.cumsum(kinds) - kinds,
        group=group,
        word=np.arange(len(group)) - (np.cumsum(sizes) - sizes)[group],
        combinations=np.array([spelling.combinations for spelling in spellings])[group],
    )


def _spelt(words: _Vocabulary, kind: Ints, choice: Ints, edition: Ints) -> pa.StringArray:
    """The names of products of one group, part by part."""
    columns = []
    for position, part in enumerate(words.parts):
        if position == words.kind_part:
            index = kind
        else:
            choice, index = np.divmod(choice, len(part))
        columns.append(part.take(pa.array(index)))
    columns.append(words.editions.take(pa.array(edition)))
    return pc.binary_join_element_wise(*columns, "")
