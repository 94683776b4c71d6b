"""Rows that are there more than once."""

import math

import numpy as np
import pytest

from sksoftmax._rows.draws import Units, differ_from_previous, originals

KEYS = np.array([7, 3, 7, 3, 9, 5], np.uint64)
Y = np.array([0, 1, 0, 0, 1, 1])


def test_units_are_distinct_rows_with_a_label():
    """In the order of classes and keys; what has no weight is not there."""
    counts = np.array([1, 2, 3, 4, 0.0, 6])
    units = Units.of(KEYS, Y, counts, KEYS)
    assert units.rows.tolist() == [3, 0, 1, 5]
    assert units.y.tolist() == [0, 0, 1, 1]
    assert units.counts.tolist() == [4, 4, 2, 6]
    assert units.draws.tolist() == [1, 2, 1, 1]
    assert units.is_disputed.tolist() == [True, False, True, False]
    assert units.keys.tolist() == [3, 7, 3, 5]
    turned = Units.of(KEYS, Y, counts, 10 - KEYS)
    assert turned.rows.tolist() == [0, 3, 5, 1]


@pytest.mark.parametrize(("label", "draws"), [(0, [1, 1]), (1, [1, 3, 3])])
def test_copies_are_one_draw(label, draws):
    """And rows as many as there are, where equal ones have another label."""
    keys = np.array([7, 7, 7, 3, 7, 7, 7], np.uint64)
    y = np.array([0, 0, 0, 0, label, label, label])
    units = Units.of(keys, y, None, keys).with_copies(lambda rows: np.inf)
    assert units.draws.tolist() == draws


def test_the_first_differs():
    """From none, which there is not."""
    assert differ_from_previous(np.array([1, 1, 2])).tolist() == [True, False, True]


def test_the_first_of_equal_rows_is_the_original():
    """Of those with its label: others are no copies of it."""
    keys = np.array([5, 3, 5, 3, 5, 8, 8, *range(20, 30)], np.uint64)
    y = np.array([1, 0, 0, 0, 1, 0, 1] + 10 * [0])
    of = originals(keys, y, None, lambda rows: math.inf)
    # Those of key 5 have both labels, and so are draws; of 8 there is one of each.
    assert of.tolist() == [0, 1, 2, 1, *range(4, 17)]


@pytest.mark.parametrize(
    ("n", "n_others", "are_copies"), [(9, 0, True), (10, 0, False), (10, 150, True)]
)
def test_what_chance_does_not_make_is_no_copy(n, n_others, are_copies):
    """More than nine of one, where 90 are alone; unless it is little of the table."""
    keys = np.append(np.zeros(n), np.arange(1, 91 + n_others)).astype(np.uint64)
    y = np.repeat([0, 1], [n + 90, n_others])
    of = originals(keys, y, None, lambda rows: math.inf)
    assert of[:n].any() != are_copies
    units = Units.of(keys, y, None, keys).with_copies(lambda rows: math.inf)
    assert sorted(units.draws) == [1] * (90 + n_others) + [1 if are_copies else n]
