"""Sums in a fixed tree, however they are shared out."""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np
import pytest
from nodes import node_of, objective_and_point

from sksoftmax._rows.sums import TreeSum, tree_sum


def leaves(rng, n):
    """Of sizes that make the order of additions matter."""
    return [
        [rng.normal(), rng.normal(size=3) * 10.0 ** rng.integers(-8, 8, 3)]
        for _ in range(n)
    ]


def copies(nodes):
    return [[value, array.copy()] for value, array in nodes]


def halves(nodes):
    """The definition: the two halves of a node, the first of a power of two."""
    if len(nodes) == 1:
        return nodes[0]
    half = 2 ** ((len(nodes) - 1).bit_length() - 1)
    first, second = halves(nodes[:half]), halves(nodes[half:])
    return [a + b for a, b in zip(first, second, strict=True)]


def aligned(rng, start, stop):
    """Random whole nodes that cover the blocks from `start` to `stop`, in order."""
    while start < stop:
        largest = (start & -start).bit_length() - 1 if start else 30
        level = min(largest, (stop - start).bit_length() - 1)
        level = int(rng.integers(level + 1))
        yield start, level
        start += 2**level


@pytest.mark.parametrize("n", range(1, 20))
def test_the_tree_is_the_one_of_halves(rng, n):
    """Bit for bit, for any number of blocks."""
    nodes = leaves(rng, n)
    expected = halves(nodes)
    value, array = tree_sum(iter(copies(nodes)))
    assert value == expected[0]
    np.testing.assert_array_equal(array, expected[1])


@pytest.mark.parametrize("seed", range(30))
def test_whole_nodes_may_be_added_up_anywhere(seed):
    """Any split into them gives the same bits."""
    rng = np.random.default_rng(seed)
    nodes = leaves(rng, int(rng.integers(1, 100)))
    expected = tree_sum(copies(nodes))
    tree = TreeSum()
    for start, level in aligned(rng, 0, len(nodes)):
        tree.add(tree_sum(copies(nodes[start : start + 2**level])), level)
    value, array = tree.total()
    assert value == expected[0]
    np.testing.assert_array_equal(array, expected[1])


def test_nodes_may_be_added_up_in_other_processes(rng):
    """Objective, gradient, totals of weights and moments: the same bits as here."""
    n_blocks = len(objective_and_point()[0].blocks)
    assert n_blocks == 16
    expected = node_of(0, n_blocks)
    tree = TreeSum()
    parts = list(aligned(rng, 0, n_blocks))
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        futures = [
            pool.submit(node_of, start, start + 2**level) for start, level in parts
        ]
        for (_, level), future in zip(parts, futures, strict=True):
            tree.add(future.result(), level)
    assert len(parts) > 2
    for got, value in zip(tree.total(), expected, strict=True):
        np.testing.assert_array_equal(got, value)


def test_the_order_of_additions_would_matter(rng):
    """The sums above could differ."""
    nodes = leaves(rng, 64)
    one_by_one = sum(array for _, array in nodes)
    assert (one_by_one != tree_sum(copies(nodes))[1]).any()


def test_few_nodes_are_kept(rng):
    """As many as there are levels."""
    tree = TreeSum()
    for node in leaves(rng, 1000):
        tree.add(node)
        assert len(tree._nodes) <= 10


def test_a_node_that_is_none_of_the_tree_is_refused(rng):
    """It would change the sum."""
    first, second = leaves(rng, 2)
    tree = TreeSum()
    tree.add(first)
    with pytest.raises(ValueError, match="level 1 begins at a multiple of its size"):
        tree.add(second, 1)
