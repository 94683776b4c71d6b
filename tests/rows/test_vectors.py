"""Vectors that stay where rows are."""

import numpy as np

from sksoftmax._rows.vectors import PlacedVectors


def test_a_vector_goes_there_once():
    """The last four stay, the oldest of which makes room; the first comes again."""
    vectors, placed = PlacedVectors(), []
    five = [np.full(3, i) for i in range(5)]

    def place(vector):
        placed.append(int(vector[0]))
        return vector * 10

    for vector in (five[0], five[0], *five, five[4], five[0], five[2], five[1]):
        np.testing.assert_array_equal(vectors.placed(vector, place), vector * 10)
    assert placed == [0, 1, 2, 3, 4, 0, 1]


def test_equal_vectors_are_not_the_same():
    """Nor is a new one that is where an old one was."""
    vectors = PlacedVectors()
    for i in range(50):
        assert vectors.placed(np.full(1000, i), lambda v: v.sum()) == 1000 * i
