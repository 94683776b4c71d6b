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


MANY = range(20, 100)


def test_the_first_of_equal_rows_is_the_original():
    """Of those with its label: others are no copies of it."""
    keys = np.array([5, 3, 5, 3, 5, 8, 8, *MANY], np.uint64)
    y = np.array([1, 0, 0, 0, 1, 0, 1] + len(MANY) * [0])
    of = originals(keys, y, None, lambda rows: math.inf)
    # Those of key 5 have both labels, and so are draws; of 8 there is one of each.
    assert of.tolist() == [0, 1, 2, 1, *range(4, y.size)]


@pytest.mark.parametrize(("n", "are_copies"), [(7, True), (8, False)])
def test_more_than_chance_makes_is_no_copy(n, are_copies):
    """Of others each of which is alone; nor is one that is alone in its class."""
    keys = np.array(n * [0] + 2 * [1] + [*MANY], np.uint64)
    y = np.array(n * [0] + 2 * [1] + len(MANY) * [0])
    of = originals(keys, y, None, lambda rows: math.inf)
    assert of[:n].any() != are_copies
    assert of[n:].tolist() == [*range(n, y.size)]


def test_few_rows_are_no_copies():
    """Held out with its copies, one would be missed."""
    keys = np.arange(25).repeat(4).astype(np.uint64)
    of = originals(keys, keys.astype(int) % 2, None, lambda rows: math.inf)
    assert of.tolist() == [*range(100)]


@pytest.mark.parametrize("sizes", [[90], [90, 50], [90, 2]])
@pytest.mark.parametrize("as_weights", [0, 1, 2])
def test_much_of_a_table_is_draws(sizes, as_weights):
    """Far more than the next of the class, as rows, as weights, or as some of both."""
    numbers = np.array(sizes + len(MANY) * [1])
    y = np.array(len(sizes) * [0] + [0, 1] * (len(MANY) // 2))
    keys = np.arange(y.size).astype(np.uint64)
    counts = numbers.astype(float)
    if as_weights < 2:
        n_rows = np.where(as_weights, np.minimum(numbers, 2), numbers)
        counts = (numbers - n_rows + 1.0).repeat(n_rows)
        counts[1:][np.diff(np.repeat(keys, n_rows)) == 0] = 1
        keys, y = keys.repeat(n_rows), y.repeat(n_rows)
    units = Units.of(keys, y, counts, keys).with_copies(lambda rows: math.inf)
    large = [size for size in sizes if size > 2]
    expected = (len(sizes) - len(large) + len(MANY)) * [1] + sorted(large)
    assert sorted(units.draws) == expected
    thrice = Units.of(keys, y, 3 * counts, keys).with_copies(lambda rows: math.inf)
    assert sorted(thrice.draws) == expected


@pytest.mark.parametrize("sizes", [[90, 50, 20, 8, 2], [9, 1], [90]])
def test_what_does_not_stand_out_is_copies(sizes):
    """Of which each is a few times the next, little of the table, or alone."""
    n = np.array(sizes + 300 * [1])
    y = np.array(len(sizes) * [0] + 300 * [1])
    keys = np.arange(y.size).astype(np.uint64)
    units = Units.of(keys.repeat(n), y.repeat(n), None, keys.repeat(n))
    assert (units.with_copies(lambda rows: math.inf).draws == 1).all()
